"""What each RPC asks of the database: so many statements and transactions, however long the lists are."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import grpc.aio
import pytest
from google.protobuf.message import Message
from sqlalchemy import Engine, event

from absense_server.app import SERVICES, App
from absense_server.rpc.policy import AccessPolicy
from absense_server.settings import Settings
from tests.integration.rpc_scene import CALLS, CLAIMS, Prepare, Scene
from tests.rpc.faces.conftest import engine, portraits, real_engine  # noqa: F401 - fixtures
from tests.support.clock import HandClock
from tests.support.hall import Hall
from tests.support.held_engine import HeldEngine

COSTS: dict[str, tuple[int, int, int]] = {
    "AdminService/ApproveCourseClaim": (23, 1, 1),
    "AdminService/ApproveDeviceReset": (10, 1, 1),
    "AdminService/ArchiveCourse": (12, 1, 1),
    "AdminService/CancelSession": (11, 2, 1),
    "AdminService/ClearFaceReference": (19, 2, 2),
    "AdminService/CloseSession": (11, 2, 1),
    "AdminService/CloseTerm": (11, 1, 1),
    "AdminService/CreateCourse": (13, 1, 1),
    "AdminService/CreateProgramme": (6, 1, 1),
    "AdminService/CreateTerm": (7, 1, 1),
    "AdminService/CreateUser": (9, 1, 1),
    "AdminService/DecideAppeal": (21, 1, 1),
    "AdminService/DeleteProgramme": (10, 1, 1),
    "AdminService/EraseUser": (41, 2, 2),
    "AdminService/ExportAttendance": (9, 3, 2),
    "AdminService/GetAnalytics": (2, 1, 0),
    "AdminService/GetAttendanceRecord": (7, 1, 0),
    "AdminService/GetFaceTemplate": (3, 1, 0),
    "AdminService/GetImage": (3, 1, 1),
    "AdminService/GetSession": (4, 1, 0),
    "AdminService/GetSettings": (3, 1, 0),
    "AdminService/GetUser": (2, 1, 0),
    "AdminService/ImportUsers": (14, 2, 1),
    "AdminService/ImportUsersInline": (14, 2, 1),
    "AdminService/ListAppeals": (2, 1, 0),
    "AdminService/ListAttendance": (9, 1, 0),
    "AdminService/ListAuditEvents": (2, 1, 0),
    "AdminService/ListCourseClaims": (3, 1, 0),
    "AdminService/ListCourses": (3, 1, 0),
    "AdminService/ListDeviceResetRequests": (1, 1, 0),
    "AdminService/ListFlagged": (8, 1, 0),
    "AdminService/ListProgrammes": (1, 1, 0),
    "AdminService/ListSessions": (3, 1, 0),
    "AdminService/ListTerms": (1, 1, 0),
    "AdminService/ListUsers": (1, 1, 0),
    "AdminService/ListVerificationLogs": (1, 1, 0),
    "AdminService/RejectCourseClaim": (11, 1, 1),
    "AdminService/RejectDeviceReset": (9, 1, 1),
    "AdminService/SendPasswordReset": (7, 1, 1),
    "AdminService/SetAttendanceStatus": (18, 1, 1),
    "AdminService/UpdateCourse": (16, 1, 1),
    "AdminService/UpdateSettings": (9, 1, 1),
    "AdminService/UpdateTerm": (6, 1, 1),
    "AdminService/UpdateUser": (16, 1, 1),
    "AdminService/VerifyAttendance": (17, 1, 1),
    "AdminService/VerifyAuditLog": (8, 3, 1),
    "AdminService/VerifyFaceTemplate": (11, 2, 1),
    "AuthService/ChangePassword": (13, 2, 1),
    "AuthService/ConfirmEmail": (13, 2, 1),
    "AuthService/DeleteAccount": (40, 3, 2),
    "AuthService/GetCurrentUser": (2, 2, 0),
    "AuthService/GetServerInfo": (0, 0, 0),
    "AuthService/ListSignIns": (1, 1, 0),
    "AuthService/ListSigningKeys": (0, 0, 0),
    "AuthService/Login": (8, 2, 1),
    "AuthService/Logout": (6, 1, 1),
    "AuthService/Reauthenticate": (7, 2, 1),
    "AuthService/RefreshToken": (7, 2, 1),
    "AuthService/Register": (4, 1, 1),
    "AuthService/RequestPasswordReset": (3, 1, 1),
    "AuthService/ResetPassword": (16, 2, 1),
    "AuthService/RevokeSignIn": (6, 1, 1),
    "AuthService/UpdateProfile": (13, 1, 1),
    "LecturerService/AddCourseLecturer": (20, 1, 1),
    "LecturerService/BatchDecideAttendance": (17, 1, 1),
    "LecturerService/CancelSession": (16, 2, 1),
    "LecturerService/ClaimCourse": (10, 1, 1),
    "LecturerService/CloseSession": (8, 2, 1),
    "LecturerService/ConfirmAttendance": (18, 1, 1),
    "LecturerService/CreateCourse": (15, 1, 1),
    "LecturerService/CreateSession": (19, 2, 1),
    "LecturerService/DecideAppeal": (23, 1, 1),
    "LecturerService/ExportAttendance": (13, 3, 2),
    "LecturerService/GetAttendanceRecord": (6, 1, 0),
    "LecturerService/GetCourse": (3, 1, 0),
    "LecturerService/GetCourseReport": (7, 1, 0),
    "LecturerService/GetDashboard": (13, 1, 0),
    "LecturerService/GetImage": (3, 1, 1),
    "LecturerService/GetQrCode": (2, 1, 0),
    "LecturerService/GetQrStatus": (2, 1, 0),
    "LecturerService/GetSession": (4, 1, 0),
    "LecturerService/GetSessionAnalytics": (6, 1, 0),
    "LecturerService/ImportEnrollments": (29, 3, 1),
    "LecturerService/ImportEnrollmentsInline": (29, 3, 1),
    "LecturerService/ListAbsentees": (4, 1, 0),
    "LecturerService/ListAppeals": (5, 1, 0),
    "LecturerService/ListAttendance": (9, 1, 0),
    "LecturerService/ListCourses": (3, 1, 0),
    "LecturerService/ListEnrollments": (6, 1, 0),
    "LecturerService/ListFlagged": (11, 1, 0),
    "LecturerService/ListMyCourseClaims": (3, 1, 0),
    "LecturerService/ListSessions": (3, 1, 0),
    "LecturerService/MarkAttendance": (20, 1, 1),
    "LecturerService/RegenerateSessionCode": (12, 2, 1),
    "LecturerService/RejectAttendance": (17, 1, 1),
    "LecturerService/RemoveCourseLecturer": (13, 1, 1),
    "LecturerService/ReopenSession": (19, 2, 1),
    "LecturerService/RotateQrCode": (8, 1, 1),
    "LecturerService/UpdateCourse": (11, 1, 1),
    "LecturerService/UpdateSession": (26, 2, 1),
    "LecturerService/WatchAttendance": (12, 1, 0),
    "LecturerService/WatchQrCodes": (2, 1, 0),
    "StudentService/BindDevice": (9, 1, 1),
    "StudentService/DropCourse": (11, 1, 1),
    "StudentService/EnrollFace": (14, 3, 1),
    "StudentService/EnrollFaceInline": (14, 3, 1),
    "StudentService/EnrollInCourse": (14, 1, 1),
    "StudentService/ExportMyData": (39, 35, 1),
    "StudentService/FileAppeal": (13, 1, 1),
    "StudentService/GetAttendanceRecord": (6, 1, 0),
    "StudentService/GetDashboard": (7, 1, 0),
    "StudentService/GetDevice": (2, 1, 0),
    "StudentService/ListAttendanceHistory": (3, 1, 0),
    "StudentService/ListMyCourses": (3, 1, 0),
    "StudentService/ListOpenSessions": (2, 1, 0),
    "StudentService/RequestDeviceReset": (9, 1, 1),
    "StudentService/ScanQr": (3, 1, 0),
    "StudentService/SearchCourses": (3, 1, 0),
    "StudentService/SubmitAttendance": (6, 2, 1),
    "StudentService/SubmitAttendanceInline": (6, 2, 1),
    "StudentService/VerifyFace": (4, 2, 1),
    "StudentService/VerifyFaceInline": (4, 2, 1),
    "StudentService/WatchAttendanceRecord": (6, 1, 0),
    "StudentService/WithdrawFaceConsent": (15, 2, 2),
}
"""Of each RPC: statements, transactions, commits."""

MOST: dict[str, tuple[int, int, int]] = {
    "a first claim": (6, 2, 1),
    "with a face to look at": (8, 2, 1),
    "another try": (10, 2, 1),
    "the same claim sent again": (11, 2, 0),
}
"""Of each kind of claim, at most."""

WRITES = ("INSERT", "UPDATE", "DELETE", "EXECUTE add_")
SUBMIT = "StudentService/SubmitAttendance"


@dataclass
class Cost:
    """What was sent meanwhile, less what begins and ends transactions and what each connection sends once."""

    statements: list[str] = field(default_factory=list)
    transactions: int = 0
    commits: int = 0

    @property
    def numbers(self) -> tuple[int, int, int]:
        return len(self.statements), self.transactions, self.commits

    @property
    def reads(self) -> list[str]:
        return [statement for statement in self.statements if not statement.startswith(WRITES)]

    def note(self, _c: object, _cur: object, statement: str, parameters: object, _ctx: object, many: object) -> None:
        if not statement.startswith("PREPARE"):
            # of what is said once for many rows only an INSERT is sent once
            self.statements += [statement] * (len(parameters) if many and isinstance(parameters, list) else 1)

    def note_begin(self, _: object) -> None:
        self.transactions += 1

    def note_commit(self, _: object) -> None:
        self.commits += 1


@contextmanager
def counted(engine: Engine) -> Iterator[Cost]:  # noqa: F811
    """What is sent meanwhile."""
    cost = Cost()
    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": cost.note,
        "begin": cost.note_begin,
        "commit": cost.note_commit,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield cost
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


@pytest.fixture
async def hall(
    make_settings: Callable[..., Settings],
    clock: HandClock,
    engine: HeldEngine,  # noqa: F811
    emptied_url: str,
) -> AsyncIterator[Hall]:
    """On PostgreSQL, with faces; claims are not looked at, and nobody waits for that."""
    engine.queue = timedelta(seconds=4)
    app = App(make_settings(database_url=emptied_url), clock=clock, face_engine=engine)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)


def test_every_rpc_has_its_numbers() -> None:
    ours = {method.removeprefix("/absense.v1.") for method in AccessPolicy.from_services(SERVICES).rules}
    ours = {method for method in ours if not method.startswith("/")}
    assert set(CALLS) == ours
    assert set(COSTS) == ours


async def test_what_each_rpc_costs(hall: Hall, portraits: dict[str, bytes]) -> None:  # noqa: F811
    """It does not grow with what is in the lists."""
    for size in (2, 7):
        scene = await Scene.make(hall, size, portraits)
        found = {}
        for rpc, prepare in CALLS.items():
            cost, answers = await cost_of(scene, rpc, prepare)
            found[rpc] = cost.numbers
            if ("/List" in rpc or "/Search" in rpc) and rpc != "AuthService/ListSigningKeys":
                assert rows_in(answers) >= size, rpc
        for claim in (SUBMIT, f"{SUBMIT}Inline"):
            assert is_within(found[claim], COSTS[claim]), found[claim]
            found[claim] = COSTS[claim]
        assert found == COSTS, (size, {k: v for k, v in found.items() if COSTS.get(k) != v})


async def test_what_a_claim_costs(hall: Hall, portraits: dict[str, bytes]) -> None:  # noqa: F811
    scene = await Scene.make(hall, 2, portraits)
    found = {kind: (await cost_of(scene, SUBMIT, prepare))[0] for kind, prepare in CLAIMS.items()}
    for kind, cost in found.items():
        assert is_within(cost.numbers, MOST[kind]), (kind, cost)
    for kind in ("a first claim", "with a face to look at"):
        assert len(found[kind].reads) <= 1, found[kind]
        assert found[kind].commits == 1, found[kind]


async def cost_of(scene: Scene, rpc: str, prepare: Prepare) -> tuple[Cost, list[Message]]:
    asked = await prepare(scene)
    with counted(scene.hall.app.engine) as cost:
        answers = await scene.call(rpc, asked)
    return cost, answers


def is_within(found: tuple[int, ...], most: tuple[int, ...]) -> bool:
    return all(number <= limit for number, limit in zip(found, most, strict=True))


def rows_in(answers: list[Message]) -> int:
    (answer,) = answers
    return sum(len(rows) for field, rows in answer.ListFields() if field.is_repeated)
