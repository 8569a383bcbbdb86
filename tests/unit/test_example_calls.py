"""The rules by which the reference client sends again, held against the errors that the server makes."""

from __future__ import annotations  # the stubs' generic types exist for type checkers only

from datetime import timedelta
from typing import Any

import grpc
import pytest
from grpc_status import rpc_status

from absense_server.domain.errors.base import DomainError
from absense_server.domain.errors.calls import BackendUnavailable, DeadlinePassed, Overloaded, RateLimited, ShuttingDown
from absense_server.domain.errors.codes import QrCodeExpired
from absense_server.rpc.errors import internal, to_status
from examples.phone.calls import CallFailed, call


class Failed(grpc.RpcError):
    """What a stub raises: the error is the call."""

    def __init__(self, code: grpc.StatusCode, details: str = "", metadata: Any = ()) -> None:
        self._found = code, details, metadata

    def code(self) -> grpc.StatusCode:
        return self._found[0]

    def details(self) -> str:
        return self._found[1]

    def trailing_metadata(self) -> Any:
        return self._found[2]


def answered(status: Any) -> Failed:
    found = rpc_status.to_status(status)
    return Failed(found.code, found.details, found.trailing_metadata)


@pytest.mark.parametrize(
    ("error", "repeatable", "others"),
    [
        # had not begun
        (RateLimited(timedelta(seconds=3)), True, True),
        (Overloaded(), True, True),
        (ShuttingDown(), True, True),
        # may have been done
        (BackendUnavailable(), True, False),
        (DeadlinePassed(), True, False),
        # says the same the next time
        (QrCodeExpired(), False, False),
    ],
    ids=lambda value: value.reason if isinstance(value, DomainError) else "",
)
def test_what_the_server_says(error: DomainError, repeatable: bool, others: bool) -> None:
    failed = CallFailed(answered(to_status(error)))
    assert (failed.reason, str(failed)) == (error.reason, str(error))
    assert failed.retry_after == (None if error.retry_after is None else error.retry_after.total_seconds())
    assert (failed.may_go_again(repeatable=True), failed.may_go_again(repeatable=False)) == (repeatable, others)


def test_a_fault_of_the_server_is_not_tried_again_and_one_of_the_way_is() -> None:
    assert not CallFailed(answered(internal("request-1"))).may_go_again(repeatable=True)
    status = grpc.StatusCode
    for code in (status.UNAVAILABLE, status.INTERNAL, status.UNKNOWN, status.CANCELLED):
        assert CallFailed(Failed(code)).may_go_again(repeatable=True)
        assert not CallFailed(Failed(code)).may_go_again(repeatable=False)
    assert not CallFailed(Failed(grpc.StatusCode.UNIMPLEMENTED)).may_go_again(repeatable=True)


def test_waits_grow_and_keep_to_what_the_server_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("examples.phone.calls.time.sleep", sleep)
    monkeypatch.setattr("examples.phone.calls.time.monotonic", lambda: now[0])
    errors = [Failed(grpc.StatusCode.UNAVAILABLE), answered(to_status(BackendUnavailable(timedelta(seconds=5))))]

    def make() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    assert call(make) == "done"
    assert 0.125 <= waits[0] <= 0.25
    assert 5.25 <= waits[1] <= 5.5

    def never() -> str:
        raise Failed(grpc.StatusCode.UNAVAILABLE)

    waits.clear()
    with pytest.raises(CallFailed):
        call(never)
    assert max(waits) <= 8
    assert 40 < sum(waits) <= 60
