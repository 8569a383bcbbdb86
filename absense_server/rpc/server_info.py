"""What the server says about itself."""

from dataclasses import dataclass
from datetime import datetime

from absense.v1 import auth_service_pb2 as pb
from absense_server.domain import faces, passwords
from absense_server.domain.consent import ConsentText
from absense_server.domain.people import Role
from absense_server.domain.policy import Engines
from absense_server.domain.registration import RegistrationRules
from absense_server.rpc.convert import pairs, to_proto
from absense_server.services.uploads import UploadLimits

MAX_CHUNK_BYTES = 65_536
"""As SubmitAttendanceRequest.chunk allows."""


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """The facts that an app needs before anyone signs in."""

    version: str
    uploads: UploadLimits
    engines: Engines
    consent: ConsentText
    oldest_client_version: str
    registration: RegistrationRules
    time_zone: str
    max_import_bytes: int

    def response(self, now: datetime) -> pb.GetServerInfoResponse:
        """The facts as a message."""
        return pb.GetServerInfoResponse(
            server_time=to_proto.time(now),
            version=self.version,
            upload=pb.UploadLimits(
                max_image_bytes=self.uploads.max_bytes,
                image_types=sorted(media_type.value for media_type in self.uploads.types),
                max_chunk_bytes=MAX_CHUNK_BYTES,
                max_image_pixels=self.uploads.max_pixels,
            ),
            features=pb.Features(face_verification=self.engines.face, liveness=self.engines.liveness),
            consent=pb.ConsentText(version=self.consent.version, text=self.consent.text),
            face_rules=_face_rules() if self.engines.face else None,
            password_rules=pb.PasswordRules(
                min_length=passwords.MIN_LENGTH, max_length=passwords.MAX_LENGTH, refuses_common=True
            ),
            oldest_client_version=self.oldest_client_version,
            registration_rules=[self._registration_rule(role) for role in (Role.STUDENT, Role.LECTURER)],
            confirms_email=self.registration.confirms_email,
            time_zone=self.time_zone,
            max_import_bytes=self.max_import_bytes,
            # a message is read whole, and none is larger than a photograph
            max_inline_import_bytes=min(self.max_import_bytes, self.uploads.max_bytes),
        )

    def _registration_rule(self, role: Role) -> pb.RegistrationRule:
        rule = self.registration.of(role)
        return pb.RegistrationRule(
            role=pairs.ROLE.number(role), email_domains=rule.email_domains, number_pattern=rule.number_pattern
        )


def _face_rules() -> pb.FaceRules:
    limits = faces.FOR_ENROLLMENT
    return pb.FaceRules(
        max_views=faces.MAX_VIEWS,
        min_width_pixels=limits.width_px,
        min_brightness=limits.brightness,
        min_sharpness=limits.sharpness,
        max_yaw=limits.yaw,
    )
