"""What can go wrong with phones."""

from absense_server.domain.errors.base import DomainError, Kind


class DeviceNotFound(DomainError):
    """No device is bound."""

    kind = Kind.NOT_FOUND
    reason = "DEVICE_NOT_FOUND"
    sentence = "No phone is bound to your account. Bind this one."


class DeviceAlreadyBound(DomainError):
    """The student has another phone."""

    kind = Kind.PRECONDITION
    reason = "DEVICE_ALREADY_BOUND"
    sentence = "Another phone is bound to your account. Ask for a device reset first."


class DeviceTaken(DomainError):
    """The phone is somebody else's; nobody is told whose."""

    kind = Kind.EXISTS
    reason = "DEVICE_TAKEN"
    sentence = "This phone is bound to another account. Its owner has to ask for a device reset."


class KeyProofInvalid(DomainError):
    """The public key or its proof of possession does not hold."""

    kind = Kind.INVALID
    reason = "KEY_PROOF_INVALID"
    sentence = "The key could not be bound: {problem}."

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


class DeviceResetRequestNotFound(DomainError):
    """There is no such request."""

    kind = Kind.NOT_FOUND
    reason = "DEVICE_RESET_REQUEST_NOT_FOUND"
    sentence = "There is no such request for a device reset."


class DeviceResetDecided(DomainError):
    """The request was decided otherwise before."""

    kind = Kind.PRECONDITION
    reason = "DEVICE_RESET_DECIDED"
    sentence = "This request was decided otherwise before. The student can make a new one."
