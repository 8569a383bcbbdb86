"""Erased accounts, and archives of what is held on somebody, as messages."""

from absense.v1 import student_service_pb2, user_pb2
from absense_server.domain.exports import MEDIA_TYPE
from absense_server.services.account_erasure import ErasedAccount
from absense_server.services.data_export import ArchiveName


def erased_account(erased: ErasedAccount) -> user_pb2.ErasedAccount:
    """What was erased of a person."""
    return user_pb2.ErasedAccount(
        device=erased.device,
        face_template=erased.face_template,
        photograph_count=erased.photographs,
        ended_sign_in_count=erased.sign_ins,
        identity_kept=erased.identity_kept,
    )


def export_part(part: ArchiveName | bytes) -> student_service_pb2.ExportMyDataResponse:
    """A part of an archive."""
    if isinstance(part, bytes):
        return student_service_pb2.ExportMyDataResponse(chunk=part)
    header = student_service_pb2.ExportHeader(file_name=part.text, media_type=MEDIA_TYPE)
    return student_service_pb2.ExportMyDataResponse(header=header)
