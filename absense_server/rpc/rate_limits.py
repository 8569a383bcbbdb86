"""How often each method may be called, and by whom its calls are counted (DESIGN.md, Walls: Rate limits)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any, Final, TypeAlias

from absense_server.ports.rate_limits import Limit
from absense_server.rpc import cookies
from absense_server.rpc.calls import Metadata


class By(Enum):
    """Whose calls are counted together."""

    USER = "USER"
    ADDRESS = "ADDRESS"
    ACCOUNT = "ACCOUNT"
    """The account that an unsigned message names."""
    ACCOUNT_AND_ADDRESS = "ACCOUNT_AND_ADDRESS"


@dataclass(frozen=True, slots=True)
class RateRule:
    """One limit of a method."""

    by: By
    limit: Limit
    shared: str = ""
    """Counted together with the rules of other methods under this name; empty: alone."""
    together: bool = False
    """A call that one of these rules of a method refuses is counted by none of them, and told the longest wait."""


def per_minute(by: By, count: int) -> RateRule:
    """`count` a minute."""
    return RateRule(by, Limit(count, timedelta(minutes=1)))


def per_hour(by: By, count: int) -> RateRule:
    """`count` an hour."""
    return RateRule(by, Limit(count, timedelta(hours=1)))


_LONGEST: Final = timedelta(hours=1)


def growing(by: By, count: int) -> tuple[RateRule, ...]:
    """`count` a minute, and with each further try the next one has to wait longer; never longer than an hour.

    One more within two minutes, two more within four, and so on: each window, wider than the last, allows one more.
    """
    windows = [timedelta(minutes=1)]
    while windows[-1] < _LONGEST:
        windows.append(min(2 * windows[-1], _LONGEST))
    return tuple(RateRule(by, Limit(count + more, window), together=True) for more, window in enumerate(windows))


NO_LIMIT: Final[tuple[RateRule, ...]] = ()
READ: Final = (per_minute(By.USER, 600),)
WRITE: Final = (per_minute(By.USER, 120),)
# A stream stays; who opens it this often is in a loop.
WATCH: Final = (per_minute(By.USER, 60),)
CLAIM: Final = (per_minute(By.USER, 30),)
# A look by the engine each; and whoever may try without end learns how to come near a face.
FACE: Final = tuple(replace(rule, shared="face") for rule in (per_minute(By.USER, 12), per_hour(By.USER, 60)))
TRIAL: Final = tuple(replace(rule, shared="trial") for rule in (per_minute(By.USER, 6), per_hour(By.USER, 30)))
# Narrow ones first: what they refuse uses up nothing of the wide ones. Tries are counted by account *and*
# address, so that nobody can shut a person out from elsewhere; by account alone only what no person does,
# against many addresses trying one account; by address alone so widely that a campus behind one address signs
# in within a minute, and all of a university within an hour.
CREDENTIALS: Final = (
    *growing(By.ACCOUNT_AND_ADDRESS, 10),
    per_hour(By.ACCOUNT, 300),
    per_minute(By.ADDRESS, 3000),
    per_hour(By.ADDRESS, 40_000),
)
# A hash each, and nothing that shows who asks: as many as a lecture hall has seats. The account is an address, or the
# token of a mail, so that whoever found one cannot try passwords with it.
REGISTRATION: Final = (
    *growing(By.ACCOUNT_AND_ADDRESS, 10),
    per_hour(By.ACCOUNT, 60),
    per_minute(By.ADDRESS, 600),
    per_hour(By.ADDRESS, 10_000),
)
# A mail each: whoever is kept from asking for another by a stranger has those that the stranger asked for.
MAIL: Final = (
    *growing(By.ACCOUNT_AND_ADDRESS, 5),
    per_hour(By.ACCOUNT, 30),
    per_minute(By.ADDRESS, 600),
    per_hour(By.ADDRESS, 10_000),
)
# A mail each, to whom the caller likes.
PROFILE: Final = growing(By.USER, 10)
# A hash each; and whoever has somebody's phone in hand shall not find the password out with it.
OWN_PASSWORD: Final = tuple(replace(rule, shared="password") for rule in growing(By.USER, 5))
# An app in a loop with one token. Not by address: nobody finds 256 bits by trying, and a single person could use a
# campus's calls up, so that everybody there would be out within minutes.
EXCHANGE: Final = growing(By.ACCOUNT_AND_ADDRESS, 10)
# Partners ask daily.
PUBLIC: Final = (per_minute(By.ADDRESS, 6000),)

# Many rows are read for each, on two threads.
REPORT: Final = (per_minute(By.USER, 120),)
EXPORT: Final = tuple(replace(rule, shared="export") for rule in (per_minute(By.USER, 10), per_hour(By.USER, 60)))
# Dry runs, and the same file mended and sent again.
IMPORT: Final = tuple(replace(rule, shared="import") for rule in (per_minute(By.USER, 10), per_hour(By.USER, 100)))

LIMITS: Final[Mapping[str, tuple[RateRule, ...]]] = {
    "/absense.v1.AdminService/ApproveDeviceReset": WRITE,
    "/absense.v1.AdminService/ClearFaceReference": WRITE,
    "/absense.v1.AdminService/CreateUser": WRITE,
    "/absense.v1.AdminService/EraseUser": WRITE,
    "/absense.v1.AdminService/GetFaceTemplate": READ,
    "/absense.v1.AdminService/GetImage": READ,
    "/absense.v1.AdminService/GetUser": READ,
    "/absense.v1.AdminService/ListDeviceResetRequests": READ,
    "/absense.v1.AdminService/ListUsers": READ,
    "/absense.v1.AdminService/RejectDeviceReset": WRITE,
    "/absense.v1.AdminService/SendPasswordReset": WRITE,
    "/absense.v1.AdminService/UpdateUser": WRITE,
    "/absense.v1.AdminService/VerifyFaceTemplate": WRITE,
    "/absense.v1.AuthService/ChangePassword": OWN_PASSWORD,
    "/absense.v1.AuthService/ConfirmEmail": REGISTRATION,
    "/absense.v1.AuthService/DeleteAccount": OWN_PASSWORD,
    "/absense.v1.AuthService/GetCurrentUser": READ,
    # Every app asks at start, and to answer costs no more than to refuse.
    "/absense.v1.AuthService/GetServerInfo": NO_LIMIT,
    "/absense.v1.AuthService/ListSignIns": READ,
    "/absense.v1.AuthService/ListSigningKeys": PUBLIC,
    "/absense.v1.AuthService/Login": CREDENTIALS,
    "/absense.v1.AuthService/Logout": WRITE,
    "/absense.v1.AuthService/Reauthenticate": OWN_PASSWORD,
    "/absense.v1.AuthService/RefreshToken": EXCHANGE,
    "/absense.v1.AuthService/Register": REGISTRATION,
    "/absense.v1.AuthService/RequestPasswordReset": MAIL,
    "/absense.v1.AuthService/ResetPassword": REGISTRATION,
    "/absense.v1.AuthService/RevokeSignIn": WRITE,
    "/absense.v1.AuthService/UpdateProfile": PROFILE,
    "/absense.v1.LecturerService/CloseSession": WRITE,
    # A lecturer may confirm a whole hall one by one.
    "/absense.v1.LecturerService/ConfirmAttendance": READ,
    "/absense.v1.LecturerService/CreateCourse": WRITE,
    "/absense.v1.LecturerService/CreateSession": WRITE,
    "/absense.v1.LecturerService/GetAttendanceRecord": READ,
    "/absense.v1.LecturerService/GetCourse": READ,
    "/absense.v1.LecturerService/GetImage": READ,
    "/absense.v1.LecturerService/GetQrCode": READ,
    "/absense.v1.LecturerService/GetQrStatus": READ,
    "/absense.v1.LecturerService/GetSession": READ,
    "/absense.v1.LecturerService/ListAttendance": READ,
    "/absense.v1.LecturerService/ListCourses": READ,
    "/absense.v1.LecturerService/ListFlagged": READ,
    "/absense.v1.LecturerService/ListSessions": READ,
    "/absense.v1.LecturerService/RotateQrCode": WRITE,
    "/absense.v1.LecturerService/WatchQrCodes": WATCH,
    "/absense.v1.StudentService/BindDevice": CLAIM,
    "/absense.v1.StudentService/DropCourse": WRITE,
    "/absense.v1.StudentService/EnrollInCourse": WRITE,
    "/absense.v1.StudentService/EnrollFace": FACE,
    "/absense.v1.StudentService/EnrollFaceInline": FACE,
    "/absense.v1.StudentService/ExportMyData": (per_hour(By.USER, 5),),
    "/absense.v1.StudentService/GetAttendanceRecord": READ,
    "/absense.v1.StudentService/GetDevice": READ,
    "/absense.v1.StudentService/ListMyCourses": READ,
    "/absense.v1.StudentService/ListOpenSessions": READ,
    "/absense.v1.StudentService/RequestDeviceReset": CLAIM,
    "/absense.v1.StudentService/ScanQr": (per_minute(By.USER, 60),),
    "/absense.v1.StudentService/SearchCourses": READ,
    "/absense.v1.StudentService/SubmitAttendance": CLAIM,
    "/absense.v1.StudentService/SubmitAttendanceInline": CLAIM,
    "/absense.v1.StudentService/VerifyFace": TRIAL,
    "/absense.v1.StudentService/VerifyFaceInline": TRIAL,
    "/absense.v1.StudentService/WatchAttendanceRecord": WATCH,
    "/absense.v1.StudentService/WithdrawFaceConsent": WRITE,
    "/absense.v1.AdminService/ListFlagged": READ,
    "/absense.v1.AdminService/ListAppeals": READ,
    "/absense.v1.AdminService/ListSessions": READ,
    "/absense.v1.AdminService/GetSession": READ,
    "/absense.v1.AdminService/ListAttendance": READ,
    "/absense.v1.AdminService/ListCourses": READ,
    "/absense.v1.AdminService/ListCourseClaims": READ,
    "/absense.v1.AdminService/ListProgrammes": READ,
    "/absense.v1.AdminService/ListTerms": READ,
    "/absense.v1.AdminService/GetSettings": READ,
    "/absense.v1.AdminService/ListVerificationLogs": READ,
    "/absense.v1.AdminService/ListAuditEvents": READ,
    "/absense.v1.AdminService/SetAttendanceStatus": READ,
    "/absense.v1.AdminService/VerifyAttendance": READ,
    "/absense.v1.AdminService/DecideAppeal": READ,
    "/absense.v1.AdminService/CloseSession": WRITE,
    "/absense.v1.AdminService/CreateCourse": WRITE,
    "/absense.v1.AdminService/UpdateCourse": WRITE,
    "/absense.v1.AdminService/ArchiveCourse": WRITE,
    "/absense.v1.AdminService/ApproveCourseClaim": WRITE,
    "/absense.v1.AdminService/RejectCourseClaim": WRITE,
    "/absense.v1.AdminService/CreateProgramme": WRITE,
    "/absense.v1.AdminService/DeleteProgramme": WRITE,
    "/absense.v1.AdminService/CreateTerm": WRITE,
    "/absense.v1.AdminService/CloseTerm": WRITE,
    "/absense.v1.AdminService/UpdateSettings": WRITE,
    "/absense.v1.AdminService/GetAnalytics": REPORT,
    "/absense.v1.AdminService/VerifyAuditLog": REPORT,
    "/absense.v1.AdminService/ExportAttendance": EXPORT,
    "/absense.v1.AdminService/ImportUsers": IMPORT,
    "/absense.v1.AdminService/ImportUsersInline": IMPORT,
    "/absense.v1.LecturerService/ListEnrollments": READ,
    "/absense.v1.LecturerService/ListAbsentees": READ,
    "/absense.v1.LecturerService/RejectAttendance": READ,
    "/absense.v1.LecturerService/MarkAttendance": READ,
    "/absense.v1.LecturerService/ListAppeals": READ,
    "/absense.v1.LecturerService/DecideAppeal": READ,
    "/absense.v1.LecturerService/UpdateCourse": WRITE,
    "/absense.v1.LecturerService/AddCourseLecturer": WRITE,
    "/absense.v1.LecturerService/RemoveCourseLecturer": WRITE,
    "/absense.v1.LecturerService/UpdateSession": WRITE,
    "/absense.v1.LecturerService/ReopenSession": WRITE,
    "/absense.v1.LecturerService/CancelSession": WRITE,
    "/absense.v1.LecturerService/RegenerateSessionCode": WRITE,
    "/absense.v1.LecturerService/BatchDecideAttendance": WRITE,
    "/absense.v1.LecturerService/ClaimCourse": WRITE,
    "/absense.v1.LecturerService/WatchAttendance": WATCH,
    "/absense.v1.LecturerService/GetDashboard": REPORT,
    "/absense.v1.LecturerService/GetSessionAnalytics": REPORT,
    "/absense.v1.LecturerService/GetCourseReport": REPORT,
    "/absense.v1.LecturerService/ExportAttendance": EXPORT,
    "/absense.v1.LecturerService/ImportEnrollments": IMPORT,
    "/absense.v1.LecturerService/ImportEnrollmentsInline": IMPORT,
    "/absense.v1.StudentService/ListAttendanceHistory": READ,
    "/absense.v1.StudentService/GetDashboard": REPORT,
    "/absense.v1.StudentService/FileAppeal": WRITE,
    "/absense.v1.AdminService/GetAttendanceRecord": READ,
    "/absense.v1.AdminService/CancelSession": WRITE,
    "/absense.v1.AdminService/UpdateTerm": WRITE,
    "/absense.v1.LecturerService/ListMyCourseClaims": READ,
    # Asked by proxies and orchestrators, all the time.
    "/grpc.health.v1.Health/Check": NO_LIMIT,
    "/grpc.health.v1.Health/List": NO_LIMIT,
    "/grpc.health.v1.Health/Watch": NO_LIMIT,
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": (per_minute(By.ADDRESS, 600),),
}

AccountOf: TypeAlias = Callable[[Any, Metadata], str | None]

ACCOUNTS: Final[Mapping[str, AccountOf]] = {
    "/absense.v1.AuthService/ConfirmEmail": lambda request, _: request.token,
    "/absense.v1.AuthService/Login": lambda request, _: request.login,
    # every page asks once whether it is still signed in; to answer who brings no token costs no more than to refuse
    "/absense.v1.AuthService/RefreshToken": lambda request, metadata: (
        request.refresh_token or cookies.refresh_token(metadata)
    ),
    "/absense.v1.AuthService/Register": lambda request, _: request.email,
    "/absense.v1.AuthService/RequestPasswordReset": lambda request, _: request.login,
    "/absense.v1.AuthService/ResetPassword": lambda request, _: request.token,
}
"""Which account an unsigned message, or its metadata, is about; None: about none, and it is not counted by account."""
