"""What can be wrong with a code, a ticket, a typed code."""

from absense_server.domain.errors.base import DomainError, Kind


class QrCodeMalformed(DomainError):
    """The text is not one of our codes."""

    kind = Kind.INVALID
    reason = "QR_CODE_MALFORMED"
    sentence = "This is not an Absense QR code. Scan the one on the screen in your lecture hall."


class QrCodeWrong(DomainError):
    """The code was never shown for its session."""

    kind = Kind.PRECONDITION
    reason = "QR_CODE_WRONG"
    sentence = "This code is not right. Scan the one on the screen again."


class QrCodeExpired(DomainError):
    """The code was shown, but no longer is."""

    kind = Kind.PRECONDITION
    reason = "QR_CODE_EXPIRED"
    sentence = "This code is no longer shown. Scan the one on the screen now."


class TypedCodeWrong(DomainError):
    """The typed digits are not good now."""

    kind = Kind.PRECONDITION
    reason = "TYPED_CODE_WRONG"
    sentence = (
        "These digits are not right, or no longer shown. Type the ones on the screen now; {tries_left} tries are left."
    )

    def __init__(self, tries_left: int) -> None:
        super().__init__()
        self.tries_left = tries_left


class TypedCodeTriesUsed(DomainError):
    """Too many typed codes were wrong."""

    kind = Kind.PRECONDITION
    reason = "TYPED_CODE_TRIES_USED"
    sentence = "Too many wrong codes were typed for this session. Scan the QR code, or speak to your lecturer."


class TypedCodeOff(DomainError):
    """The session takes no typed codes."""

    kind = Kind.PRECONDITION
    reason = "TYPED_CODE_OFF"
    sentence = "This session takes no typed codes. Scan the QR code."


class ScanTicketInvalid(DomainError):
    """The ticket is not one of ours, or not this student's; nobody is told which."""

    kind = Kind.PRECONDITION
    reason = "SCAN_TICKET_INVALID"
    sentence = "This scan cannot be used. Scan the code on the screen again."


class ScanTicketExpired(DomainError):
    """The ticket is too old."""

    kind = Kind.PRECONDITION
    reason = "SCAN_TICKET_EXPIRED"
    sentence = "Too much time has passed since the scan. Scan the code on the screen again."


class OutOfScope(DomainError):
    """The session is for another programme."""

    kind = Kind.PRECONDITION
    reason = "OUT_OF_SCOPE"
    sentence = "This session is for another programme than yours. Scan the code of your own session."
