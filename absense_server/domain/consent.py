"""What a student agrees to before a face is enrolled. A new wording is a new version."""

VERSION = "2026-11"
TEXT = (
    "I agree that a photograph of my face is turned into a template, kept encrypted, and compared with the selfies "
    "I send when I attend a lecture. I can withdraw this at any time; template and photographs are then erased. "
    "If I do not agree, I attend in another way, at no disadvantage."
)
