"""Who may call what: read from the contract, where each method says it (DESIGN.md, Walls)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from grpc_health.v1 import health
from grpc_reflection.v1alpha import reflection

from absense.v1 import access_pb2, role_pb2
from absense_server.domain.people import Role

# The stubs know it as any field.
_ACCESS: Final[Any] = access_pb2.access

# Services that are not ours and so cannot carry our option: anyone may ask whether the server is well and
# what it offers.
_PUBLIC_SERVICES: Final = (health.SERVICE_NAME, reflection.SERVICE_NAME)


class PolicyError(Exception):
    """The contract or the limits do not say about every method what they must; the server does not start."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call a method: anyone, or users with one of the roles."""

    public: bool = False
    roles: frozenset[Role] = frozenset()
    recent_sign_in: bool = False


class AccessPolicy:
    """The rules of all methods that a server offers."""

    def __init__(self, rules: Mapping[str, AccessRule]) -> None:
        """`rules` by method path, such as "/absense.v1.AuthService/Login"."""
        self._rules = dict(rules)

    @classmethod
    def from_services(cls, names: Iterable[str]) -> Self:
        """The rules in the contract of the services named (full names), and those of health and reflection.

        The services' `*_pb2` modules have to be imported before.

        Raises PolicyError for a method that does not say clearly who may call it.
        """
        rules = {
            path_of(method): AccessRule(public=True)
            for name in _PUBLIC_SERVICES
            for method in find_service(name).methods
        }
        for name in names:
            for method in find_service(name).methods:
                if path_of(method) not in rules:
                    rules[path_of(method)] = _read_rule(method)
        return cls(rules)

    @property
    def rules(self) -> Mapping[str, AccessRule]:
        """Every method path with its rule."""
        return MappingProxyType(self._rules)

    def rule(self, method: str) -> AccessRule | None:
        """Who may call the method path; None for a method nobody listed, which nobody may call."""
        return self._rules.get(method)


def find_service(name: str) -> ServiceDescriptor:
    """The service of that full name. Raises PolicyError when there is none."""
    try:
        service: ServiceDescriptor = descriptor_pool.Default().FindServiceByName(name)
    except KeyError:
        raise PolicyError(f"There is no service {name}, or its *_pb2 module was not imported.") from None
    return service


def kind_of(path: str) -> str:
    """What is streamed in a method of the contract: unary, client_stream, server_stream or bidi_stream."""
    method: MethodDescriptor = descriptor_pool.Default().FindMethodByName(path.removeprefix("/").replace("/", "."))
    if method.client_streaming:
        return "bidi_stream" if method.server_streaming else "client_stream"
    return "server_stream" if method.server_streaming else "unary"


def path_of(method: MethodDescriptor) -> str:
    """The path gRPC calls the method by."""
    return f"/{method.containing_service.full_name}/{method.name}"


def _read_rule(method: MethodDescriptor) -> AccessRule:
    options = method.GetOptions()
    if not options.HasExtension(_ACCESS):
        raise PolicyError(f"{method.full_name} has no option (absense.v1.access): say who may call it.")
    access: access_pb2.Access = options.Extensions[_ACCESS]
    if access.public == bool(access.roles):
        both_or_neither = "both" if access.public else "neither"
        raise PolicyError(f"{method.full_name}: (absense.v1.access) has {both_or_neither} of public and roles.")
    if access.public and access.recent_sign_in:
        raise PolicyError(f"{method.full_name}: (absense.v1.access) is public and wants a recent sign-in.")
    return AccessRule(access.public, frozenset(_role(method, number) for number in access.roles), access.recent_sign_in)


def _role(method: MethodDescriptor, number: int) -> Role:
    value = role_pb2.Role.DESCRIPTOR.values_by_number.get(number)
    name = value.name.removeprefix("ROLE_") if value else str(number)
    try:
        return Role[name]
    except KeyError:
        raise PolicyError(f"{method.full_name}: (absense.v1.access) has the unknown role {name}.") from None
