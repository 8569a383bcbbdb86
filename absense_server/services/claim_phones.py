"""What a claim shows of the phone it came from (DESIGN.md, Device)."""

from uuid import UUID

from absense_server.domain.claims import ClaimHeader
from absense_server.domain.devices import CLAIM_CONTEXT, ClaimStatement, Device, DeviceEvidence
from absense_server.domain.people import Caller
from absense_server.domain.proofs import TypedProof
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.outside import IdentifierKeys, Signatures


class ClaimPhones:
    """Holds a claim against the phone that its student has bound."""

    def __init__(self, identifiers: IdentifierKeys, signatures: Signatures) -> None:
        self._identifiers = identifiers
        self._signatures = signatures

    def identifier_mac(self, header: ClaimHeader) -> bytes | None:
        """The keyed hash of the identifier that the claim names; None when it names none."""
        return self._identifiers.macs(header.device_identifier)[0] if header.device_identifier else None

    def evidence(
        self, caller: Caller, header: ClaimHeader, session: AttendanceSession, device: Device | None
    ) -> DeviceEvidence:
        """What the DEVICE check goes by; `device` is the student's bound phone."""
        key = None if device is None else device.public_key
        signed = header.signed
        return DeviceEvidence(
            bound=device is not None,
            key_bound=key is not None,
            identifier_given=bool(header.device_identifier),
            identifier_matches=(
                device is not None and device.identifier_mac in self._identifiers.macs(header.device_identifier)
            ),
            signed=signed is not None,
            signature_holds=(
                key is not None
                and signed is not None
                and self._signatures.verify(key, CLAIM_CONTEXT + signed.signed.statement, signed.signed.signature)
            ),
            statement_matches=(
                signed is not None
                and signed.statement is not None
                and _says_the_same(signed.statement, caller, header, session)
            ),
        )


def _says_the_same(statement: ClaimStatement, caller: Caller, header: ClaimHeader, session: AttendanceSession) -> bool:
    """Whether what was signed is what was sent."""
    by_code = isinstance(header.proof, TypedProof) and header.proof.session_id is None
    return (
        _is_uuid(statement.claim_id, header.claim_id)
        and _is_uuid(statement.student_id, caller.id)
        and (_is_uuid(statement.session_id, session.id) or (by_code and not statement.session_id))
        and statement.proof == header.proof.text
        and statement.device_identifier == header.device_identifier
        and statement.fix == header.fix
        and statement.selfie_sha256 == (b"" if header.selfie is None else header.selfie.sha256)
    )


def _is_uuid(text: str, expected: UUID) -> bool:
    try:
        return UUID(text) == expected
    except ValueError:
        return False
