"""What can go wrong with enrolled faces."""

from absense_server.domain.errors.base import DomainError, Kind, RetryLater
from absense_server.domain.verdicts import Reason


class FaceCheckOff(DomainError):
    """The server has no face engine, or it is switched off."""

    kind = Kind.PRECONDITION
    reason = "FACE_CHECK_OFF"
    sentence = "This server does not check faces. You need not do anything."


class FaceEngineUnavailable(RetryLater):
    """The face engine does not answer."""

    kind = Kind.UNAVAILABLE
    reason = "FACE_ENGINE_UNAVAILABLE"
    sentence = "The photograph could not be looked at right now. Try again in {seconds} s; if it goes on, take another."


class FaceNotEnrolled(DomainError):
    """The student has no face enrolled."""

    kind = Kind.NOT_FOUND
    reason = "FACE_NOT_ENROLLED"
    sentence = "No face is enrolled."


class ConsentOutdated(DomainError):
    """The consent named is not the one in force."""

    kind = Kind.PRECONDITION
    reason = "CONSENT_OUTDATED"
    sentence = "The consent has a new wording (version {version}). Show it to the student and ask again."

    def __init__(self, version: str) -> None:
        super().__init__()
        self.version = version


class ConsentWithdrawn(DomainError):
    """The consent was withdrawn, or the face cleared, while a photograph was on its way."""

    kind = Kind.PRECONDITION
    reason = "CONSENT_WITHDRAWN"
    sentence = "The enrolled face was erased meanwhile, and this photograph with it. Enroll again if that is wished."


class FaceDiffers(DomainError):
    """The face is not the one enrolled before."""

    kind = Kind.PRECONDITION
    reason = "FACE_DIFFERS"
    sentence = (
        "This face is not the one enrolled before. Take another photograph, "
        "or ask an administrator to clear the old one."
    )


class FaceViewsFull(DomainError):
    """The template has as many photographs as it may."""

    kind = Kind.PRECONDITION
    reason = "FACE_VIEWS_FULL"
    sentence = "{most} photographs of you are enrolled, which is the most. Replace them all, or leave them."

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most


class ImageDamaged(DomainError):
    """The photograph is cut short or cannot be decoded."""

    kind = Kind.INVALID
    reason = "IMAGE_DAMAGED"
    sentence = "The photograph is damaged. Take another one."


class NoFace(DomainError):
    """No face in the photograph."""

    kind = Kind.INVALID
    reason = "NO_FACE"
    sentence = "There is no face in the photograph. Hold the phone in front of your face and take another one."


class SeveralFaces(DomainError):
    """Several faces in the photograph."""

    kind = Kind.INVALID
    reason = "SEVERAL_FACES"
    sentence = "There are several faces in the photograph. Take one of yourself alone."


class FaceTooSmall(DomainError):
    """The face is too small."""

    kind = Kind.INVALID
    reason = "FACE_TOO_SMALL"
    sentence = "The face is too small. Hold the phone closer and take another photograph."


class FaceTooDark(DomainError):
    """The face is too dark."""

    kind = Kind.INVALID
    reason = "FACE_TOO_DARK"
    sentence = "The face is too dark. Turn to the light and take another photograph."


class FaceTooBlurred(DomainError):
    """The face is out of focus or moved."""

    kind = Kind.INVALID
    reason = "FACE_TOO_BLURRED"
    sentence = "The photograph is blurred. Hold the phone still and take another one."


class FaceTurnedAway(DomainError):
    """The face looks to a side."""

    kind = Kind.INVALID
    reason = "FACE_TURNED_AWAY"
    sentence = "The face is turned away. Look straight at the camera and take another photograph."


UNFIT: dict[Reason, type[DomainError]] = {
    Reason.IMAGE_DAMAGED: ImageDamaged,
    Reason.NO_FACE: NoFace,
    Reason.SEVERAL_FACES: SeveralFaces,
    Reason.FACE_TOO_SMALL: FaceTooSmall,
    Reason.FACE_TOO_DARK: FaceTooDark,
    Reason.FACE_TOO_BLURRED: FaceTooBlurred,
    Reason.FACE_TURNED_AWAY: FaceTurnedAway,
}
"""What an enrollment is refused with, for each problem a photograph can have."""
