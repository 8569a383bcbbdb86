"""Who may call what."""

from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool

from absense.v1 import (
    access_pb2,
    admin_service_pb2,
    auth_service_pb2,
    lecturer_service_pb2,
    role_pb2,
    student_service_pb2,
)
from absense_server.domain.people import Role
from absense_server.rpc.policy import AccessPolicy, AccessRule, PolicyError, kind_of

SERVICES = [
    service.full_name
    for module in (admin_service_pb2, auth_service_pb2, lecturer_service_pb2, student_service_pb2)
    for service in module.DESCRIPTOR.services_by_name.values()
]

GOLDEN = Path(__file__).parent / "golden" / "access.txt"
RENEW = "python -m tests.rpc.test_policy"


def access_text() -> str:
    rules = AccessPolicy.from_services(SERVICES).rules
    lines = []
    for method in sorted(rules):
        rule = rules[method]
        who = "public" if rule.public else " ".join(sorted(role.value for role in rule.roles))
        lines.append(f"{method} {who}{' recent_sign_in' if rule.recent_sign_in else ''}\n")
    return f"# RPC -> who may call it. Renew: {RENEW}\n" + "".join(lines)


def test_who_may_call_what_is_what_was_agreed() -> None:
    """A change here is a change of the product's walls: look at it twice, then renew the file."""
    assert GOLDEN.read_text(encoding="utf-8") == access_text(), f"if that is meant: {RENEW}"


def test_a_rule_is_found_by_its_path() -> None:
    policy = AccessPolicy.from_services(SERVICES)
    assert policy.rule("/absense.v1.AuthService/Login") == AccessRule(public=True)
    assert policy.rule("/absense.v1.StudentService/BindDevice") == AccessRule(
        roles=frozenset({Role.STUDENT}), recent_sign_in=True
    )
    assert policy.rule("/absense.v1.AuthService/Nothing") is None


def test_health_and_reflection_are_anyones() -> None:
    rules = AccessPolicy.from_services([]).rules
    assert set(rules) >= {
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    }
    assert set(rules.values()) == {AccessRule(public=True)}


def test_naming_health_too_changes_nothing() -> None:
    named = AccessPolicy.from_services(["grpc.health.v1.Health"])
    assert named.rules == AccessPolicy.from_services([]).rules


def test_an_unknown_service_is_a_fault() -> None:
    with pytest.raises(PolicyError, match="There is no service test"):
        AccessPolicy.from_services(["test.Missing"])


@pytest.mark.parametrize(
    ("name", "access", "problem"),
    [
        ("Silent", None, "has no option"),
        ("Neither", access_pb2.Access(), "has neither of public and roles"),
        ("NeitherButRecent", access_pb2.Access(recent_sign_in=True), "has neither of public and roles"),
        ("Both", access_pb2.Access(public=True, roles=[role_pb2.ROLE_ADMIN]), "has both of public and roles"),
        ("PublicRecent", access_pb2.Access(public=True, recent_sign_in=True), "wants a recent sign-in"),
        ("Unspecified", access_pb2.Access(roles=[role_pb2.ROLE_UNSPECIFIED]), "has the unknown role UNSPECIFIED"),
        (
            "OneUnspecified",
            access_pb2.Access(roles=[role_pb2.ROLE_ADMIN, role_pb2.ROLE_UNSPECIFIED]),
            "has the unknown role UNSPECIFIED",
        ),
        ("Unknown", access_pb2.Access(roles=[77]), "has the unknown role 77"),  # type: ignore[list-item]
    ],
)
def test_a_method_that_does_not_say_who_may_call_it_is_a_fault(
    name: str, access: access_pb2.Access | None, problem: str
) -> None:
    add_service(name, access)
    with pytest.raises(PolicyError, match=f"test.{name}.Call.*{problem}"):
        AccessPolicy.from_services([f"test.{name}"])


def add_service(name: str, access: access_pb2.Access | None) -> None:
    """A service with one method, in the pool of all."""
    file = descriptor_pb2.FileDescriptorProto(name=f"test/{name}.proto", package="test", syntax="proto3")
    file.dependency.append("absense/v1/access.proto")
    file.message_type.add(name=f"{name}Message")
    method = file.service.add(name=name).method.add(
        name="Call", input_type=f".test.{name}Message", output_type=f".test.{name}Message"
    )
    if access is not None:
        method.options.Extensions[access_pb2.access].CopyFrom(access)  # type: ignore[index]
    descriptor_pool.Default().AddSerializedFile(file.SerializeToString())


if __name__ == "__main__":
    GOLDEN.write_text(access_text(), encoding="utf-8")


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("/absense.v1.AuthService/Login", "unary"),
        ("/absense.v1.StudentService/SubmitAttendance", "client_stream"),
        ("/absense.v1.LecturerService/WatchQrCodes", "server_stream"),
        ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "bidi_stream"),
    ],
)
def test_what_a_method_streams_is_told(method: str, kind: str) -> None:
    assert kind_of(method) == kind
