from datetime import timedelta

import grpc
import pytest

from absense_server.domain.people import Role
from absense_server.rpc.policy import AccessRule
from tests.rpc.interceptors.rig import Rig, path

STUDENTS = frozenset({Role.STUDENT})


async def test_the_right_role_may(rig: Rig, kind: str) -> None:
    rig.policy._rules[path(kind)] = AccessRule(roles=STUDENTS)
    assert (await rig.call(kind, metadata=rig.signed_in(Role.STUDENT))).code is grpc.StatusCode.OK


@pytest.mark.parametrize("role", [Role.LECTURER, Role.ADMIN])
async def test_another_role_may_not(rig: Rig, kind: str, role: Role) -> None:
    rig.policy._rules[path(kind)] = AccessRule(roles=STUDENTS)
    got = await rig.call(kind, metadata=rig.signed_in(role))
    assert (got.code, got.reason) == (grpc.StatusCode.PERMISSION_DENIED, "WRONG_ROLE")
    assert got.responses == []


async def test_a_method_without_a_rule_is_nobodys(rig: Rig, kind: str) -> None:
    del rig.policy._rules[path(kind)]
    for metadata in [(), rig.signed_in(Role.ADMIN)]:
        got = await rig.call(kind, metadata=metadata)
        assert (got.code, got.reason) == (grpc.StatusCode.PERMISSION_DENIED, "WRONG_ROLE")


@pytest.mark.parametrize(
    ("ago", "reason"),
    [
        (timedelta(0), ""),
        (timedelta(minutes=10), ""),
        (timedelta(minutes=10, microseconds=1), "RECENT_SIGN_IN_REQUIRED"),
        (timedelta(hours=1), "RECENT_SIGN_IN_REQUIRED"),
    ],
)
async def test_some_want_the_password_to_be_fresh(rig: Rig, kind: str, ago: timedelta, reason: str) -> None:
    rig.policy._rules[path(kind)] = AccessRule(roles=STUDENTS, recent_sign_in=True)
    got = await rig.call(kind, metadata=rig.signed_in(ago=ago))
    assert got.reason == reason
    assert got.code is (grpc.StatusCode.UNAUTHENTICATED if reason else grpc.StatusCode.OK)
