"""What a student agrees to before a face is enrolled. A new wording is a new version."""

from dataclasses import dataclass

_WORDING = "2026-12"
_TEXT = (
    "I agree that my face is checked when I attend a lecture. For this, photographs of my face that I enroll are "
    "kept, encrypted, with numbers computed from them, and compared with photographs that I send later; nobody else "
    "is looked for in them. Administrators may look at the enrolled photographs. Each selfie that I send with a "
    "claim is kept, encrypted, for {selfie_days} days; the lecturers of the course and administrators may look at "
    "it. Every look is recorded. Enrolled photographs and numbers are kept until I withdraw, until an administrator "
    "clears them, or until they have not been used for {face_days} days. I can withdraw in the app at any time: "
    "enrolled photographs, numbers and all my selfies are then erased at once, and disappear from backups as those "
    "are replaced. My attendance stays, with a note of how near each comparison came. If I enroll again later, a "
    "person compares my face first. If I do not agree, I send no selfie and attend in another way, at no "
    "disadvantage."
)


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The text as it is shown, and the version that a consent names."""

    version: str
    text: str


def consent_text(selfie_days: int, face_days: int) -> ConsentText:
    """The text in force where photographs are kept for so many days: other times are another version."""
    text = _TEXT.format(selfie_days=selfie_days, face_days=face_days)
    return ConsentText(f"{_WORDING}-{selfie_days}-{face_days}", text)
