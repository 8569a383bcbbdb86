"""What `make chaos` prints, and what it calls lost."""

from collections import Counter
from dataclasses import replace

import pytest

from absense.v1 import student_service_pb2
from chaos.crowd import Log
from chaos.faults import Blow
from chaos.logbook import claims_answered, complaints, pids
from chaos.report import Outcome
from chaos.verdict import Account
from demo.server import LogLine

ANSWER = student_service_pb2.SubmitAttendanceResponse()
CLAIM = {"event": "rpc", "method": "/absense.v1.StudentService/SubmitAttendance"}


def outcome() -> Outcome:
    """One in which all is well: two claims, one of them put off for ten seconds."""
    return Outcome(
        began_at=100,
        sent=2,
        log=Log(
            acknowledged={"a": ANSWER, "b": ANSWER},
            acknowledged_at=[111, 121],
            put_off=Counter({"BACKEND_UNAVAILABLE": 3}),
        ),
        account=Account(once=2, with_photograph=2, faces=Counter({"PASSED": 2}), records=Counter({"CONFIRMED": 2})),
        blows=[Blow("SIGKILL of a thing", struck_at=110, back_at=115, told="as told")],
        answered={"replica 0, process 0": 1, "replica 0, process 1": 1},
        complaints=Counter({"warning: not ready": 1}),
        tracebacks=0,
        endings={"replica 0": 0},
    )


def test_the_counts() -> None:
    lines = [" ".join(line.split()) for line in outcome().render().splitlines()]
    for line in (
        "sent 2",
        "given up 0",
        "BACKEND_UNAVAILABLE 3",
        "once in the database 2",
        "FACE PASSED 2",
        "in the database, and nobody was told 0",
        "replica 0, process 1 1",
        # struck after 10 s, back after 5; the next claim 1 s after the blow, then nothing for 10 s
        "SIGKILL of a thing 10.0 5.0 1.0 10.0 as told",
        "Nothing is lost.",
    ):
        assert line in lines


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (replace(outcome(), account=Account(lost=["claim a is lost"])), "claim a is lost"),
        (replace(outcome(), log=Log(failed={"a": "INTERNAL"})), "claim a was given up: INTERNAL"),
        (
            replace(outcome(), log=Log(without_retry_info=Counter({"OVERLOADED": 2}))),
            "OVERLOADED came without RetryInfo, 2 times",
        ),
        (replace(outcome(), answered={"replica 0, process 0": 0}), "replica 0, process 0 answered no claim"),
        (replace(outcome(), endings={"replica 0": 1}), "replica 0 ended with 1"),
        (replace(outcome(), tracebacks=3), "3 tracebacks in the servers' logs"),
    ],
)
def test_what_must_not_be_is_told(wrong: Outcome, told: str) -> None:
    assert wrong.problems == [told]
    assert wrong.render().splitlines()[-1] == told


def test_what_logs_tell() -> None:
    lines: list[LogLine] = [
        {"event": "server process started", "level": "info", "number": 0, "pid": 7},
        {"event": "server process started", "level": "info", "number": 0, "pid": 8},
        {**CLAIM, "level": "info", "status": "OK", "process": 0},
        {**CLAIM, "level": "info", "status": "UNAVAILABLE", "process": 1},
        {"event": "rpc", "level": "info", "method": "/grpc.health.v1.Health/Check", "status": "OK", "process": 1},
        {"event": "not ready", "level": "warning"},
        {"text": "not JSON"},
    ]
    assert pids(lines) == {0: 8}
    assert claims_answered(lines) == {0: 1}
    assert complaints(lines) == {"warning: not ready": 1}
