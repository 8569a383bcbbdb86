from collections.abc import Callable
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from absense.v1 import auth_service_pb2 as pb
from absense.v1.auth_service_pb2 import LoginResponse
from absense.v1.role_pb2 import ROLE_STUDENT
from absense_server.domain.people import Role
from absense_server.rpc.addresses import TrustedProxies
from absense_server.rpc.interceptors.rate_limit import check_table, network_of
from absense_server.rpc.policy import AccessPolicy, AccessRule, PolicyError
from absense_server.rpc.rate_limits import CREDENTIALS, LIMITS, NO_LIMIT, By, RateRule, per_minute
from tests.rpc.interceptors.rig import KINDS, Rig, outcome, path, request

MINUTE = timedelta(minutes=1)
LOGIN = "/absense.v1.AuthService/Login"
REGISTER = "/absense.v1.AuthService/Register"
RESET = "/absense.v1.AuthService/RequestPasswordReset"


def limited(*rules: RateRule, access: AccessRule | None = None) -> Rig:
    rig = Rig(limits={path(kind): rules for kind in KINDS})
    if access:
        rig.rules = {path(kind): access for kind in KINDS}
    return rig


async def test_too_many_calls_of_a_user_have_to_wait(kind: str) -> None:
    students = AccessRule(roles=frozenset({Role.STUDENT}))
    async with limited(per_minute(By.USER, 2), access=students).running() as rig:
        ama, kofi = rig.signed_in(), rig.signed_in()
        assert (await rig.call(kind, metadata=ama)).code is grpc.StatusCode.OK
        rig.clock.turn(20)
        assert (await rig.call(kind, metadata=ama)).code is grpc.StatusCode.OK

        got = await rig.call(kind, metadata=ama)
        assert (got.code, got.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED")
        assert got.details == "Too many tries. Wait 40 s and try again."
        assert got.detail(error_details_pb2.RetryInfo).retry_delay.ToTimedelta() == timedelta(seconds=40)
        assert got.responses == []

        # Nobody else waits for her, though they share an address.
        assert (await rig.call(kind, metadata=kofi)).code is grpc.StatusCode.OK
        rig.clock.turn(40)
        assert (await rig.call(kind, metadata=ama)).code is grpc.StatusCode.OK


async def test_a_stream_counts_once(kind: str) -> None:
    async with limited(per_minute(By.ADDRESS, 2)).running() as rig:
        many = [request() for _ in range(5)]
        codes = [(await rig.call(kind, *many)).code for _ in range(3)]
        assert codes == [grpc.StatusCode.OK, grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED]


async def test_methods_are_counted_apart() -> None:
    async with limited(per_minute(By.ADDRESS, 1)).running() as rig:
        assert [(await rig.call(kind)).code for kind in KINDS] == [grpc.StatusCode.OK] * 4


async def test_an_invalid_message_counts_too() -> None:
    async with limited(per_minute(By.ADDRESS, 1)).running() as rig:
        assert (await rig.call("UnaryUnary", request(""))).reason == "INVALID_REQUEST"
        assert (await rig.call("UnaryUnary", request(""))).reason == "RATE_LIMITED"


async def test_what_comes_too_often_is_told_before_its_message_is_there(kind: str) -> None:
    async with limited(per_minute(By.ADDRESS, 1)).running() as rig:
        assert (await outcome(rig.begin_raw(kind, [b"\xff"]))).reason == "INVALID_REQUEST"
        assert (await outcome(rig.begin_raw(kind, [b"\xff"]))).reason == "RATE_LIMITED"


async def test_a_refused_caller_is_not_counted() -> None:
    students = AccessRule(roles=frozenset({Role.STUDENT}))
    async with limited(per_minute(By.ADDRESS, 1), access=students).running() as rig:
        for _ in range(3):
            assert (await rig.call("UnaryUnary")).reason == "NOT_SIGNED_IN"


# Signing in


class SignInDesk(Rig):
    """The rig's UnaryUnary under the name and the limits of a method that says whose account it is about."""

    def __init__(self, rpc: str = LOGIN) -> None:
        super().__init__(more_handlers=self._add, proxies=TrustedProxies(["127.0.0.0/8"]))
        self.rpc = rpc
        self.rules[rpc] = AccessRule(public=True)
        self.limits[rpc] = LIMITS[rpc]

    def _add(self, server: grpc.aio.Server) -> None:
        service, name = self.rpc.strip("/").split("/")
        handlers: dict[str, Any] = {
            name: grpc.unary_unary_rpc_method_handler(
                self._serve_any, type(ASKED[self.rpc]("")).FromString, LoginResponse.SerializeToString
            )
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))

    async def _serve_any(self, _request: Any, _context: Any) -> LoginResponse:
        return LoginResponse()

    async def come(self, account: str, address: str = "192.0.2.1") -> tuple[str, float]:
        """OK, or why not; and how many minutes to wait."""
        method: Any = self.channel.unary_unary(self.rpc)
        call = method(ASKED[self.rpc](account).SerializeToString(), metadata=(("x-forwarded-for", address),))
        try:
            await call
        except grpc.aio.AioRpcError:
            got = await outcome(call)
            return got.reason, got.detail(error_details_pb2.RetryInfo).retry_delay.ToTimedelta() / MINUTE
        return "OK", 0


ASKED: dict[str, Callable[[str], Any]] = {
    LOGIN: request,
    REGISTER: lambda email: pb.RegisterRequest(email=email, password="a", full_name="Ama", role=ROLE_STUDENT),
    RESET: lambda login: pb.RequestPasswordResetRequest(login=login),
}


@pytest.mark.parametrize(("rpc", "at_once"), [(LOGIN, 10), (REGISTER, 10), (RESET, 5)])
async def test_each_further_try_waits_longer_and_never_for_good(rpc: str, at_once: int) -> None:
    async with SignInDesk(rpc).running() as desk:
        assert [await desk.come("ama@uni.edu") for _ in range(at_once)] == [("OK", 0)] * at_once
        for minutes in (1, 1, 2, 4, 8, 16, 28):
            # however often, and however the account is written; refused tries make nobody wait longer
            refused = [await desk.come(f"{account}@uni.edu") for account in ("ama", "AMA", "Ama", "ama") * 3]
            assert refused == [("RATE_LIMITED", minutes)] * 12
            assert await desk.come(f"kofi{minutes}@uni.edu") == ("OK", 0)
            assert await desk.come("ama@uni.edu", "198.51.100.7") == ("OK", 0), "from another network"
            desk.clock.turn(60 * minutes)
            assert await desk.come("ama@uni.edu") == ("OK", 0), "who waits as told is let in"
        desk.clock.turn(3600)
        assert [await desk.come("ama@uni.edu") for _ in range(at_once)] == [("OK", 0)] * at_once


async def test_a_stranger_shuts_nobody_out_from_elsewhere() -> None:
    async with SignInDesk().running() as desk:
        stranger = [await desk.come("ama@uni.edu", "203.0.113.5") for _ in range(100)]
        assert stranger[10:] == [("RATE_LIMITED", 1)] * 90
        assert await desk.come("ama@uni.edu") == ("OK", 0)
        # many strangers at once, each from a network of its own: at most for an hour, and no longer than they go on
        for number in range(1, 31):
            for _ in range(10):
                await desk.come("ama@uni.edu", f"203.0.113.{number + 5}")
        assert await desk.come("ama@uni.edu") == ("RATE_LIMITED", 60)
        assert await desk.come("kofi@uni.edu") == ("OK", 0)
        desk.clock.turn(3600)
        assert await desk.come("ama@uni.edu") == ("OK", 0)


@pytest.mark.parametrize("rpc", [LOGIN, REGISTER, RESET])
async def test_a_hall_of_students_comes_within_a_minute(rpc: str) -> None:
    async with SignInDesk(rpc).running() as desk:
        assert {await desk.come(f"student{number}@uni.edu") for number in range(500)} == {("OK", 0)}


# The table


def test_every_method_has_its_limits_or_is_said_to_have_none() -> None:
    policy = AccessPolicy({path(kind): AccessRule(public=True) for kind in KINDS})
    table = {path(kind): NO_LIMIT for kind in KINDS}
    check_table(policy, table)
    del table[path("StreamUnary")]
    with pytest.raises(PolicyError, match="StreamUnary is not in the table"):
        check_table(policy, table)


async def test_a_server_with_an_unlisted_method_does_not_start() -> None:
    rig = Rig()
    rig.rules["/test.Kinds/New"] = AccessRule(public=True)
    rig.unlisted.add("/test.Kinds/New")
    with pytest.raises(PolicyError, match="New is not in the table"):
        async with rig.running():
            pass


@pytest.mark.parametrize(
    ("rules", "problem"),
    [((per_minute(By.USER, 1),), "there is no user"), (CREDENTIALS, "nobody says where")],
)
def test_what_cannot_be_counted_is_refused(rules: tuple[RateRule, ...], problem: str) -> None:
    policy = AccessPolicy({"/test.Kinds/New": AccessRule(public=True)})
    with pytest.raises(PolicyError, match=problem):
        check_table(policy, {"/test.Kinds/New": rules})


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::1", "2001:0db8:0001:0002"),
        ("unix", "unix"),
        ("no:address", "no:address"),
    ],
)
def test_an_ipv6_caller_is_a_network(address: str, network: str) -> None:
    assert network_of(address) == network
