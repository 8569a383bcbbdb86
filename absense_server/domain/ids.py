"""Names for identifiers, so that one is never taken for another."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
SignInId = NewType("SignInId", UUID)
MailId = NewType("MailId", UUID)
TermId = NewType("TermId", UUID)
ProgrammeId = NewType("ProgrammeId", UUID)
CourseId = NewType("CourseId", UUID)
EnrollmentId = NewType("EnrollmentId", UUID)
CourseClaimId = NewType("CourseClaimId", UUID)
SessionId = NewType("SessionId", UUID)
DeviceId = NewType("DeviceId", UUID)
DeviceResetId = NewType("DeviceResetId", UUID)
RecordId = NewType("RecordId", UUID)
ClaimId = NewType("ClaimId", UUID)
"""Made by the client: unique per student, not across students."""
ImageId = NewType("ImageId", UUID)
DecisionId = NewType("DecisionId", UUID)
AppealId = NewType("AppealId", UUID)
FaceTemplateId = NewType("FaceTemplateId", UUID)
FaceViewId = NewType("FaceViewId", UUID)
ConsentId = NewType("ConsentId", UUID)
VerificationId = NewType("VerificationId", UUID)
