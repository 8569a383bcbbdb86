from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from absense_server.domain.people import Role
from absense_server.rpc.interceptors.rate_limit import check_table, network_of
from absense_server.rpc.policy import AccessPolicy, AccessRule, PolicyError
from absense_server.rpc.rate_limits import CREDENTIALS, LIMITS, NO_LIMIT, By, RateRule, per_minute
from tests.rpc.interceptors.rig import KINDS, Rig, outcome, path, request

MINUTE = timedelta(minutes=1)
LOGIN = "/absense.v1.AuthService/Login"


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


async def test_a_refused_caller_is_not_counted() -> None:
    students = AccessRule(roles=frozenset({Role.STUDENT}))
    async with limited(per_minute(By.ADDRESS, 1), access=students).running() as rig:
        for _ in range(3):
            assert (await rig.call("UnaryUnary")).reason == "NOT_SIGNED_IN"


# Signing in


class SignInDesk(Rig):
    """The rig's UnaryUnary under the name and the limits of Login."""

    def __init__(self) -> None:
        super().__init__(more_handlers=self._add_login)
        self.rules[LOGIN] = AccessRule(public=True)
        self.limits[LOGIN] = LIMITS[LOGIN]

    def _add_login(self, server: grpc.aio.Server) -> None:
        handlers = {"Login": self._handlers()["UnaryUnary"]}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("absense.v1.AuthService", handlers),))

    async def login(self, account: str) -> str:
        method: Any = self.channel.unary_unary(LOGIN)
        call = method(request(account).SerializeToString())
        try:
            await call
        except grpc.aio.AioRpcError:
            return (await outcome(call)).reason
        return "OK"


async def test_guessing_at_one_account_is_slowed_down_and_nobody_else_notices() -> None:
    async with SignInDesk().running() as desk:
        assert [await desk.login("ama@uni.edu") for _ in range(12)] == ["OK"] * 10 + ["RATE_LIMITED"] * 2
        assert await desk.login("AMA@uni.edu ") == "RATE_LIMITED", "the same account, written another way"
        assert await desk.login("kofi@uni.edu") == "OK"
        desk.clock.turn(60)
        assert [await desk.login("ama@uni.edu") for _ in range(2)] == ["OK", "RATE_LIMITED"], "11 within two minutes"
        desk.clock.turn(3600)
        assert await desk.login("ama@uni.edu") == "OK", "never for good"


async def test_a_hall_of_students_signs_in_within_a_minute() -> None:
    async with SignInDesk().running() as desk:
        assert {await desk.login(f"student{number}@uni.edu") for number in range(500)} == {"OK"}


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
