"""The face check."""

from collections.abc import Iterator

from absense_server.adapters.face import weights
from absense_server.adapters.face.models import face_model
from absense_server.checkup.findings import Finding
from absense_server.settings import Settings


def faces(settings: Settings) -> Iterator[Finding]:
    """Whether faces can be looked at."""
    missing = weights.check(settings.face_models_folder, settings.face_model, settings.face_detector)
    if not settings.face_verification_enabled:
        ready = "what it needs is there" if not missing else "what it needs is not there"
        text = f"faces: the check is off (FACE_VERIFICATION_ENABLED), FACE verdicts say ENGINE_OFF; {ready}"
        yield Finding(ok=True, text=text)
        return
    if not missing:
        try:
            model = face_model(settings.face_model, settings.face_detector, settings.face_threshold)
        except ValueError as error:
            missing = [f"{error} Set FACE_THRESHOLD."]
        else:
            how = f"threshold {model.threshold} ({model.threshold_origin}), {settings.face_workers} processes"
            yield Finding(ok=True, text=f"faces: {model.name} with {model.detector}, {how}")
            if not settings.face_queue_in_server:
                text = "faces: selfies of claims wait for an `absense-server worker`; see to it that one runs"
                yield Finding(ok=False, text=text)
            return
    for text in missing:
        yield Finding(ok=False, text=f"faces: {text}")
    yield Finding(
        ok=False,
        text="faces: nobody's is checked, FACE verdicts say ENGINE_MISSING, and new sessions do not require FACE; "
        "`absense-server models fetch` gets SFace and yunet",
    )
