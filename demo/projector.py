"""The lecturer's side: sessions, the screen in front of the hall, decisions."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
from collections.abc import Callable
from typing import Any

import grpc.aio

from absense.v1 import (
    attendance_record_pb2,
    attendance_session_pb2,
    auth_service_pb2,
    course_pb2,
    image_pb2,
    lecturer_service_pb2,
    lecturer_service_pb2_grpc,
    qr_code_pb2,
)
from demo.wire import CALL_SECONDS, Metadata, Place, bearer, sign_in

DEMO_LECTURER = "lecturer@absense.com"
DEMO_PASSWORD = "lecturer123"  # noqa: S105 - everybody knows it: that is what demo mode is
DEMO_COURSE = "CS101"


class Lecturer:
    """Somebody who teaches and has signed in."""

    def __init__(self, channel: grpc.aio.Channel, login: auth_service_pb2.LoginResponse) -> None:
        self.stub: lecturer_service_pb2_grpc.LecturerServiceAsyncStub = lecturer_service_pb2_grpc.LecturerServiceStub(
            channel
        )
        self.login = login
        self.id = login.user.id
        self.metadata: Metadata = bearer(login.access_token)

    @classmethod
    async def sign_in(cls, channel: grpc.aio.Channel) -> Lecturer:
        """The lecturer whom every demo server has."""
        return cls(channel, await sign_in(channel, DEMO_LECTURER, DEMO_PASSWORD))

    async def course(self, code: str = DEMO_COURSE) -> course_pb2.Course:
        """One of the lecturer's courses."""
        request = lecturer_service_pb2.LecturerServiceListCoursesRequest()
        courses = (await self.stub.ListCourses(request, metadata=self.metadata, timeout=CALL_SECONDS)).courses
        return next(course for course in courses if course.code == code)

    async def open_session(
        self, course: course_pb2.Course, place: Place | None = None, **fields: Any
    ) -> attendance_session_pb2.AttendanceSession:
        """A session that is open now."""
        if place is not None:
            fields["geofence"] = attendance_session_pb2.Geofence(center=place.message(), radius_meters=100)
        request = lecturer_service_pb2.CreateSessionRequest(course_id=course.id, room="Great Hall", **fields)
        return (await self.stub.CreateSession(request, metadata=self.metadata, timeout=CALL_SECONDS)).session

    async def close_session(self, session_id: str) -> None:
        """End a session now."""
        request = lecturer_service_pb2.LecturerServiceCloseSessionRequest(session_id=session_id)
        await self.stub.CloseSession(request, metadata=self.metadata, timeout=CALL_SECONDS)

    async def session(self, session_id: str) -> attendance_session_pb2.AttendanceSession:
        """The session as it is now, with its counts."""
        request = lecturer_service_pb2.LecturerServiceGetSessionRequest(session_id=session_id)
        return (await self.stub.GetSession(request, metadata=self.metadata, timeout=CALL_SECONDS)).session

    async def code(self, session_id: str) -> qr_code_pb2.QrCode:
        """The current code, without a stream."""
        request = lecturer_service_pb2.GetQrCodeRequest(session_id=session_id)
        return (await self.stub.GetQrCode(request, metadata=self.metadata, timeout=CALL_SECONDS)).code

    async def rotate(self, session_id: str) -> qr_code_pb2.QrCode:
        """Kill every older code; the first of the new ones."""
        request = lecturer_service_pb2.RotateQrCodeRequest(session_id=session_id)
        return (await self.stub.RotateQrCode(request, metadata=self.metadata, timeout=CALL_SECONDS)).code

    async def records(self, session_id: str) -> list[attendance_record_pb2.AttendanceRecord]:
        """Every record of a session of at most 200."""
        request = lecturer_service_pb2.LecturerServiceListAttendanceRequest(session_id=session_id, page_size=200)
        return list((await self.stub.ListAttendance(request, metadata=self.metadata, timeout=CALL_SECONDS)).records)

    async def record_of(self, session_id: str, student_id: str) -> attendance_record_pb2.AttendanceRecord:
        """One student's record in a session."""
        records = await self.records(session_id)
        return next(record for record in records if record.student.user_id == student_id)

    async def confirm(
        self, record: attendance_record_pb2.AttendanceRecord, reason: str
    ) -> attendance_record_pb2.AttendanceRecord:
        """Say that the student was there."""
        request = lecturer_service_pb2.ConfirmAttendanceRequest(
            record_id=record.id, expected_revision=record.revision, reason=reason
        )
        return (await self.stub.ConfirmAttendance(request, metadata=self.metadata, timeout=CALL_SECONDS)).record

    async def image(self, image_id: str) -> tuple[image_pb2.ImageHeader, bytes]:
        """A photograph: what the server says of it, and its bytes."""
        request = lecturer_service_pb2.LecturerServiceGetImageRequest(image_id=image_id)
        header, content = image_pb2.ImageHeader(), bytearray()
        async for response in self.stub.GetImage(request, metadata=self.metadata, timeout=CALL_SECONDS):
            if response.WhichOneof("part") == "header":
                header = response.header
            else:
                content += response.chunk
        return header, bytes(content)

    def screen(self, session_id: str) -> Screen:
        """A screen that shows the session's codes; close it in the end."""
        request = lecturer_service_pb2.WatchQrCodesRequest(session_id=session_id)
        return Screen(self.stub.WatchQrCodes(request, metadata=self.metadata))


class Screen:
    """A screen in front of a hall: shows whatever code the stream sends."""

    def __init__(
        self,
        stream: grpc.aio.UnaryStreamCall[
            lecturer_service_pb2.WatchQrCodesRequest, lecturer_service_pb2.WatchQrCodesResponse
        ],
    ) -> None:
        self.codes: list[qr_code_pb2.QrCode] = []
        """Every code shown so far, the newest last."""
        self._stream = stream
        self._changed = asyncio.Condition()
        self._following = asyncio.create_task(self._follow())

    async def until(self, wanted: Callable[[qr_code_pb2.QrCode], bool] = lambda _: True) -> qr_code_pb2.QrCode:
        """The newest code, as soon as it is one that is wanted.

        Raises TimeoutError, and AioRpcError when the stream broke.
        """
        async with asyncio.timeout(CALL_SECONDS), self._changed:
            await self._changed.wait_for(lambda: self._following.done() or bool(self.codes and wanted(self.codes[-1])))
        if self._following.done():
            self._following.result()
        return self.codes[-1]

    async def close(self) -> None:
        """Stop showing codes."""
        self._stream.cancel()
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        try:
            async for response in self._stream:
                if response.WhichOneof("event") == "code":
                    async with self._changed:
                        self.codes.append(response.code)
                        self._changed.notify_all()
        finally:
            async with self._changed:
                self._changed.notify_all()
