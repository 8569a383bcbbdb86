"""The `absense` command, run inside the test: what it was told, what it said, how it ended."""

import contextlib
import io
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import protovalidate
from google.protobuf.message import Message

import absense_cli
from absense_cli import contract
from absense_cli.profiles import Profile, Profiles

SERVER = "localhost:50051"
SECRETS = ("the-access-token", "the-refresh-token")


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()


def absense(*arguments: str, stdin: str = "") -> Ended:
    """Run it; nothing of it is a terminal."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "stdin", io.StringIO(stdin)),
    ):
        code = absense_cli.run(arguments)
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return Ended(code, out.buffer.getvalue(), err.getvalue())


def sign_in(role: str, *, server: str = SERVER, **fields: Any) -> Profile:
    """Keep a sign-in, as `absense login` would."""
    kept = {
        "access_token": SECRETS[0],
        "refresh_token": SECRETS[1],
        "access_token_expires": time.time() + 900,
        "email": "kofi@example.edu",
        "role": f"ROLE_{role}",
    }
    profile = Profile(server, server, **{**kept, **fields})
    Profiles().save(profile, make_current=True)
    return profile


class Echo:
    """A channel that takes what the contract takes and answers with what it was given for a call, else with nothing."""

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        self._given = answers
        self.asked: list[tuple[str, Message]] = []

    def unary_unary(self, path: str, **how: Any) -> Any:
        return lambda request, **_: self._answer(path, request)

    def unary_stream(self, path: str, **how: Any) -> Any:
        return lambda request, **_: _Answers(self._answer(path, request))

    def stream_unary(self, path: str, **how: Any) -> Any:
        return lambda requests, **_: [self._answer(path, request) for request in requests][-1]

    def close(self) -> None:
        pass

    def _answer(self, path: str, request: Message) -> Message:
        protovalidate.validate(request)
        name = path.rsplit("/", 1)[1]
        self.asked.append((name, request))
        service = next(s for s in contract.SERVICES.values() if s.full_name == path.split("/")[1])
        method = contract.find(name, next(role for role, one in contract.SERVICES.items() if one is service))
        assert method is not None
        return method.response(**self._given.get(name, {}))


class _Answers:
    """One message, then the end."""

    def __init__(self, message: Message) -> None:
        self._messages = iter([message])

    def __iter__(self) -> Iterator[Message]:
        return self._messages

    def __next__(self) -> Message:
        return next(self._messages)

    def cancel(self) -> None:
        pass
