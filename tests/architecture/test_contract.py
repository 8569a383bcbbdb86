"""The contract's own rules, beyond what buf lints; and what is told of it and of the settings elsewhere is true."""

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import (
    Descriptor,
    EnumDescriptor,
    FieldDescriptor,
    FileDescriptor,
    MethodDescriptor,
)
from google.protobuf.message_factory import GetMessageClass
from protovalidate import Validator

from absense.v1 import access_pb2, error_reason_pb2, role_pb2
from absense_proxy import settings as proxy_settings
from absense_server import settings
from absense_server.app import SERVICES
from absense_server.rpc.admin import Admin
from absense_server.rpc.auth import Auth
from absense_server.rpc.lecturer import Lecturer
from absense_server.rpc.student import Student
from absense_server.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
FILES: Final[list[FileDescriptor]] = [
    descriptor_pool.Default().FindFileByName(path.relative_to(PROTOS).as_posix())
    for path in sorted(PROTOS.glob("absense/v1/*.proto"))
]
SERVICERS: Final[dict[str, type]] = {
    "absense.v1.AuthService": Auth,
    "absense.v1.StudentService": Student,
    "absense.v1.LecturerService": Lecturer,
    "absense.v1.AdminService": Admin,
}
ROLES: Final = {"STUDENT", "LECTURER", "ADMIN"}


def methods() -> list[MethodDescriptor]:
    return [
        method
        for file in FILES
        for service in file.services_by_name.values()
        for method in service.methods_by_name.values()
    ]


def messages() -> Iterator[Descriptor]:
    pending = [message for file in FILES for message in file.message_types_by_name.values()]
    while pending:
        message = pending.pop()
        yield message
        pending += message.nested_types


def enums() -> list[EnumDescriptor]:
    top = [enum for file in FILES for enum in file.enum_types_by_name.values()]
    return top + [enum for message in messages() for enum in message.enum_types]


METHODS = pytest.mark.parametrize("method", [pytest.param(method, id=method.full_name) for method in methods()])
LISTS = pytest.mark.parametrize(
    "method",
    [pytest.param(method, id=method.full_name) for method in methods() if re.match("List|Search", method.name)],
)


def upper_snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def access(method: MethodDescriptor) -> tuple[bool, set[str]]:
    """Whether anyone may call, and which roles may."""
    option: Any = access_pb2.access
    assert method.GetOptions().HasExtension(option), f"{method.full_name} has no option (absense.v1.access)"
    said: access_pb2.Access = method.GetOptions().Extensions[option]
    return said.public, {role_pb2.Role.Name(role).removeprefix("ROLE_") for role in said.roles}


# --- Messages ---


def test_the_whole_contract_was_found() -> None:
    assert {method.containing_service.full_name for method in methods()} == set(SERVICES) == set(SERVICERS)
    assert len(methods()) > 30
    assert len(list(messages())) > 80
    assert len(enums()) > 10


@LISTS
def test_a_list_pages(method: MethodDescriptor) -> None:
    asked, answered = method.input_type.fields_by_name, method.output_type.fields_by_name
    kinds = {
        "page_size": asked["page_size"].type == FieldDescriptor.TYPE_INT32,
        "page_token": asked["page_token"].type == FieldDescriptor.TYPE_STRING,
        "next_page_token": answered["next_page_token"].type == FieldDescriptor.TYPE_STRING,
    }
    assert kinds == dict.fromkeys(kinds, True)
    assert not any(is_repeated(field) for field in (asked["page_size"], asked["page_token"]))
    rows = [field for field in answered.values() if is_repeated(field)]
    assert [field.type for field in rows] == [FieldDescriptor.TYPE_MESSAGE]
    assert set(answered) == {rows[0].name, "next_page_token"}


@LISTS
def test_a_page_has_at_most_two_hundred(method: MethodDescriptor) -> None:
    def is_refused(size: int) -> bool:
        request: Any = GetMessageClass(method.input_type)(page_size=size)
        at_fault = [violation.proto.field for violation in Validator().collect_violations(request)]
        return any(path is not None and path.elements[0].field_name == "page_size" for path in at_fault)

    assert [size for size in (-1, 0, 1, 200, 201) if is_refused(size)] == [-1, 201]


def test_what_pages_is_called_list_or_search() -> None:
    paged = {method.full_name for method in methods() if "next_page_token" in method.output_type.fields_by_name}
    assert paged == {method.full_name for method in methods() if re.match("List|Search", method.name)}


def test_an_instant_is_called_time() -> None:
    instants = {
        field.full_name
        for message in messages()
        for field in message.fields
        if field.message_type is not None and field.message_type.full_name == "google.protobuf.Timestamp"
    }
    assert len(instants) > 20
    assert {name for name in instants if not name.endswith("_time")} == set()


def test_what_is_called_time_is_an_instant() -> None:
    named = [field for message in messages() for field in message.fields if field.name.endswith("_time")]
    assert {
        field.full_name
        for field in named
        if field.message_type is None or field.message_type.full_name != "google.protobuf.Timestamp"
    } == set()


@pytest.mark.parametrize("enum", [pytest.param(enum, id=enum.full_name) for enum in enums()])
def test_an_enums_zero_says_nothing(enum: EnumDescriptor) -> None:
    assert enum.values_by_number[0].name == f"{upper_snake(enum.name)}_UNSPECIFIED"


def is_repeated(field: FieldDescriptor) -> bool:
    return bool(field.is_repeated)


# --- RPCs ---


def parts(servicer: type) -> list[Mapping[str, Any]]:
    """The classes that a servicer is put together from, less the stub, whose handlers are not ours."""
    return [vars(part) for part in servicer.__mro__ if part.__module__.startswith("absense_server.")]


@METHODS
def test_a_handler_is_written_and_asynchronous(method: MethodDescriptor) -> None:
    servicer = SERVICERS[method.containing_service.full_name]
    [handler] = [part[method.name] for part in parts(servicer) if method.name in part]
    kind = inspect.isasyncgenfunction if method.server_streaming else inspect.iscoroutinefunction
    assert kind(handler)


@pytest.mark.parametrize("servicer", SERVICERS.values())
def test_a_servicer_has_no_handler_that_is_not_in_the_contract(servicer: type) -> None:
    [service] = [name for name, one in SERVICERS.items() if one is servicer]
    handlers = {name for part in parts(servicer) for name in part if name[0].isupper()}
    assert handlers == {method.name for method in methods() if method.containing_service.full_name == service}


@METHODS
def test_an_rpc_says_who_may_call(method: MethodDescriptor) -> None:
    public, roles = access(method)
    assert public != bool(roles)
    assert roles <= ROLES
    said = comment_of(method)
    assert "may call" in said
    if public:
        assert "Anyone may call" in said
    elif roles == ROLES:
        assert "Any signed-in user may call" in said
    else:
        assert set(re.findall(r"(Students|Lecturers|Admin\w+)(?: of the course)? may call", said)) == {
            {"STUDENT": "Students", "LECTURER": "Lecturers", "ADMIN": "Administrators"}[role] for role in roles
        }


@METHODS
def test_an_rpc_says_whether_it_may_be_retried(method: MethodDescriptor) -> None:
    assert re.search(r"\b[Rr]etr(y|ied|ying)\b", comment_of(method))


@METHODS
def test_the_reasons_in_an_rpcs_comment_exist(method: MethodDescriptor) -> None:
    """Reasons and other values alike; what is no value of an enum of ours is misspelt."""
    values = {value.name.removeprefix(f"{upper_snake(enum.name)}_") for enum in enums() for value in enum.values} | {
        value.name for enum in enums() for value in enum.values
    }
    assert error_reason_pb2.ErrorReason.Value("ERROR_REASON_INTERNAL")
    assert set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", comment_of(method))) - values == set()


def comment_of(method: MethodDescriptor) -> str:
    """What stands above the RPC in the source, as one line."""
    source = (PROTOS / method.containing_service.file.name).read_text(encoding="utf-8")
    found = re.search(rf"((?:^ *//[^\n]*\n)+) *rpc {method.name}\(", source, re.MULTILINE)
    assert found, f"{method.full_name} has no comment"
    return " ".join(line.strip().removeprefix("//").strip() for line in found[1].splitlines())


# --- .env.example ---

SHOWN = re.compile(r"^(?P<off># )?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)


def example() -> list[re.Match[str]]:
    return list(SHOWN.finditer((ROOT / ".env.example").read_text(encoding="utf-8")))


def test_the_example_names_each_setting_once() -> None:
    known = {name.upper() for name in Settings.model_fields} | set(proxy_settings.DEFAULTS)
    assert sorted(line["name"] for line in example()) == sorted(known)


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is commented out is the default: setting it changes nothing."""
    shown = {line["name"]: line["value"] for line in example() if line["off"]}
    assert {line["name"] for line in example()} - set(shown) == {"SECRET_KEY"}, "has to be set: its default is refused"
    for name, default in proxy_settings.DEFAULTS.items():
        assert shown[name] == default
    shown = {name: value for name, value in shown.items() if not name.startswith("PROXY_")}
    assert loaded(shown, monkeypatch, tmp_path) == {name: Settings.model_fields[name.lower()].default for name in shown}


def loaded(given: dict[str, str], monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, object]:
    """The settings as read from a file with these lines and nothing else."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    file = folder / ".env"
    lines = {"SECRET_KEY": "k" * 40, **given}
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    config = settings.load(_env_file=file)
    return {name: getattr(config, name.lower()) for name in given}


# --- README.md ---


def table(heading: str) -> list[list[str]]:
    """The rows of the table in a section of the README, without its head."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    assert len(rows) > 2, f"README.md has no table under {heading}"
    return [[cell.strip() for cell in row] for row in rows[2:]]


def told_rpcs() -> dict[str, tuple[str, str]]:
    """Each RPC in the README: its arrow (streams up, down or neither), and who may call it."""
    told: dict[str, tuple[str, str]] = {}
    service = ""
    for first, names, who, *_ in table("The RPCs"):
        service = first or service
        for name in names.split(", "):
            rpc, _, arrow = name.partition(" ")
            assert f"{service}.{rpc}" not in told, "told twice"
            told[f"{service}.{rpc}"] = (arrow, who)
    return told


def test_the_readme_names_exactly_the_rpcs() -> None:
    assert set(told_rpcs()) == {method.full_name.removeprefix("absense.v1.") for method in methods()}


def test_the_readme_says_what_streams_and_who_may_call() -> None:
    assert told_rpcs() == {
        method.full_name.removeprefix("absense.v1."): (
            "⇡" * method.client_streaming + "⇣" * method.server_streaming,
            who(*access(method)),
        )
        for method in methods()
    }


def who(public: bool, roles: set[str]) -> str:
    if public:
        return "anyone"
    return "signed in" if roles == ROLES else ", ".join(sorted(role.lower() for role in roles))


def test_the_readme_names_only_settings_that_exist() -> None:
    text = " ".join(" ".join(row) for row in table("Settings"))
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", text)) | {
        name for names, *_ in table("Settings") for name in names.split(", ")
    }
    assert named - {name.upper() for name in Settings.model_fields} - set(proxy_settings.DEFAULTS) == set()


def test_the_readme_shows_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shown: dict[str, str] = {}
    for names, defaults, *_ in table("Settings"):
        values = [value.strip() for value in re.split(r", |^,", defaults)]
        assert len(values) == len(names.split(", ")), names
        shown |= zip(names.split(", "), values, strict=True)
    assert shown.pop("SECRET_KEY") == "", "has none outside demo mode"
    proxys = {name: shown.pop(name) for name in proxy_settings.DEFAULTS if name.startswith("PROXY_")}
    assert proxys == {name: proxy_settings.DEFAULTS[name] for name in proxys}
    assert loaded(shown, monkeypatch, tmp_path) == {name: Settings.model_fields[name.lower()].default for name in shown}
