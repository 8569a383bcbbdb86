"""Imports: headers to wishes, reports to messages."""

from collections.abc import AsyncIterator
from uuid import UUID

from absense.v1 import admin_service_pb2, file_import_pb2, lecturer_service_pb2
from absense_server.domain.claims import Announcement
from absense_server.domain.ids import CourseId
from absense_server.domain.imports import ChangeKind, FaultKind, Report, Subject
from absense_server.rpc.convert import from_proto
from absense_server.rpc.convert.enums import EnumPair
from absense_server.services.enrollment_imports import ListImport
from absense_server.services.user_import_writing import UserFileFormat, UserImport

_SUBJECT = EnumPair(Subject, file_import_pb2.ImportSubject, "IMPORT_SUBJECT")
_CHANGE = EnumPair(ChangeKind, file_import_pb2.ImportChangeKind, "IMPORT_CHANGE_KIND")
_FAULT = EnumPair(FaultKind, file_import_pb2.ImportErrorKind, "IMPORT_ERROR_KIND")
_FORMAT = EnumPair(UserFileFormat, admin_service_pb2.UserImportFormat, "USER_IMPORT_FORMAT")


def announcement(message: file_import_pb2.ImportFile) -> Announcement:
    """What is said about a file that follows."""
    return Announcement(message.size, message.sha256)


def list_import(message: lecturer_service_pb2.ImportEnrollmentsHeader) -> ListImport:
    """What to do with a file of enrollments."""
    return ListImport(
        course_id=CourseId(UUID(message.course_id)),
        dry_run=message.dry_run,
        end_missing=message.end_missing,
        pass_over_unknown=message.pass_over_unknown,
    )


def user_import(message: admin_service_pb2.ImportUsersHeader) -> UserImport:
    """What to do with a file of accounts."""
    return UserImport(
        format=_FORMAT.member(message.format) or UserFileFormat.CSV,
        dry_run=message.dry_run,
        send_invitations=message.send_invitations,
    )


async def first_list_header(
    parts: AsyncIterator[lecturer_service_pb2.ImportEnrollmentsRequest],
) -> lecturer_service_pb2.ImportEnrollmentsHeader:
    """The header that an import's stream begins with.

    Raises UploadOutOfOrder.
    """
    return (await from_proto.first(parts)).header


async def first_user_header(
    parts: AsyncIterator[admin_service_pb2.ImportUsersRequest],
) -> admin_service_pb2.ImportUsersHeader:
    """The header that an import's stream begins with.

    Raises UploadOutOfOrder.
    """
    return (await from_proto.first(parts)).header


def report(done: Report) -> file_import_pb2.ImportReport:
    """What an import did, or would do."""
    return file_import_pb2.ImportReport(
        applied=done.applied,
        row_count=done.rows,
        created_count=done.created,
        changed_count=done.changed,
        ended_count=done.ended,
        unchanged_count=done.unchanged,
        error_count=done.fault_count,
        changes=[
            file_import_pb2.ImportChange(
                subject=_SUBJECT.number(change.subject),
                kind=_CHANGE.number(change.kind),
                name=change.name,
                fields=change.fields,
                file=change.place.file,
                line=change.place.line,
            )
            for change in done.changes
        ],
        errors=[
            file_import_pb2.ImportError(
                file=fault.place.file,
                line=fault.place.line,
                column=fault.column,
                message=fault.message,
                value=fault.value,
                kind=_FAULT.number(fault.kind),
            )
            for fault in done.faults
        ],
        encoding=done.encoding,
    )
