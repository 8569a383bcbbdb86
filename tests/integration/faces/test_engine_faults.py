"""What the engine makes of workers that crash, hang, lie or do not start: by workers that do so when they are told."""

import asyncio
import json
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from absense_server.adapters.face import engine as engine_module
from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.adapters.metrics.process import ProcessMetrics
from absense_server.ports.faces import EngineFailed, EngineUnavailable
from tests.support import face_worker
from tests.support.faces import SOON

Make = Callable[..., ProcessFaceEngine]

COMMAND = (sys.executable, face_worker.__file__)
BRIEF = timedelta(seconds=0.5)
FOUND = {"readable": True, "faces": 1, "quality": face_worker.QUALITY, "took": 0.01, "memory": 1}


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[ProcessFaceEngine] = []

    def make(model: str = "any", *, ready: bool = True, **options: object) -> ProcessFaceEngine:
        engine = ProcessFaceEngine(
            folder=tmp_path,
            model=model,
            threshold=0.5,
            command=COMMAND,
            **options,  # type: ignore[arg-type]
        )
        made.append(engine)
        engine.start()
        assert engine.wait_ready(SOON) is ready, engine.problem
        return engine

    yield make
    for engine in made:
        engine.close()


async def pid(engine: ProcessFaceEngine) -> int:
    """The process id of the worker that answers."""
    return (await engine.examine(b"hello")).faces


def is_gone(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_worker_that_crashes_costs_its_photograph_only(make: Make) -> None:
    with capture_logs() as logs:
        engine = make()
        first = await pid(engine)
        with pytest.raises(EngineFailed):
            await engine.examine(b"crash")
        assert await pid(engine) != first
    assert is_gone(first)
    (died,) = [log for log in logs if log["event"] == "face worker died"]
    assert (died["pid"], died["status"]) == (first, -signal.SIGKILL)
    assert died["said"] == ["about to crash?[31m"]


async def test_what_it_did_is_counted(make: Make) -> None:
    metrics = ProcessMetrics("1")
    engine = make(metrics=metrics)
    metrics.watch_engine(engine)
    read = metrics.registry.get_sample_value
    await pid(engine)
    for failure in (b"crash", b"error"):
        with pytest.raises(EngineFailed):
            await engine.examine(failure)
    await pid(engine)
    metrics.sample()
    assert read("absense_face_examination_seconds_count", {"result": "done"}) == 2
    assert read("absense_face_examination_seconds_count", {"result": "failed"}) == 2
    assert (read("absense_face_workers"), read("absense_face_workers_ready")) == (1, 1)
    assert read("absense_face_photographs_waiting") == 0
    engine.close()
    metrics.sample()
    assert read("absense_face_workers_ready") == 0


async def test_photographs_behind_one_that_crashes_are_looked_at(make: Make) -> None:
    engine = make()
    results = await asyncio.gather(*map(engine.examine, [b"crash", b"a", b"crash", b"b"]), return_exceptions=True)
    assert [isinstance(result, EngineFailed) for result in results] == [True, False, True, False]


@pytest.mark.parametrize("photograph", [b"hang", b"hang " + bytes(5_000_000)])
async def test_a_worker_that_hangs_is_killed(make: Make, photograph: bytes) -> None:
    engine = make(timeout=BRIEF)
    first = await pid(engine)
    with pytest.raises(EngineFailed, match=r"had not answered after 0\.5 s"):
        await engine.examine(photograph)
    assert await pid(engine) != first
    assert is_gone(first)


async def test_a_worker_that_does_not_listen_is_killed(make: Make) -> None:
    engine = make(timeout=BRIEF)
    await engine.examine(b"deaf")
    with pytest.raises(EngineFailed, match="had not answered"):
        await engine.examine(bytes(5_000_000))
    await pid(engine)


@pytest.mark.parametrize(
    "answer",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"[]",
        b"[" * 60_000,
        b"{}",
        b"x" * 100_000,
        json.dumps(FOUND | {"quality": None}).encode(),
        json.dumps(FOUND | {"took": float("nan")}).encode(),
        json.dumps(FOUND | {"quality": face_worker.QUALITY | {"yaw": "0"}}).encode(),
        json.dumps(FOUND | {"memory": [1]}).encode(),
    ],
)
async def test_a_worker_that_says_what_it_should_not_is_replaced(make: Make, answer: bytes) -> None:
    engine = make(timeout=BRIEF)
    first = await pid(engine)
    with pytest.raises(EngineFailed):
        await engine.examine(b"say " + answer)
    assert await pid(engine) != first


async def test_a_worker_that_cannot_look_at_one_photograph_is_kept(make: Make) -> None:
    engine = make()
    first = await pid(engine)
    with pytest.raises(EngineFailed, match="ValueError: no"):
        await engine.examine(b"error")
    assert await pid(engine) == first


async def test_a_fault_of_our_own_costs_one_photograph_and_no_thread(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make()
    with monkeypatch.context() as patch:
        patch.setattr("absense_server.adapters.face.frames.finding_of", None)
        with pytest.raises(EngineFailed):
            await engine.examine(b"hello")
    await pid(engine)


async def test_a_worker_is_replaced_after_so_many_photographs(make: Make) -> None:
    engine = make(max_photographs=2)
    seen = [await pid(engine) for _ in range(5)]
    assert [seen.count(number) for number in dict.fromkeys(seen)] == [2, 2, 1]
    assert is_gone(seen[0])


async def test_a_worker_that_has_grown_is_replaced_after_its_answer(make: Make) -> None:
    engine = make()
    grown = (await engine.examine(b"grow")).faces
    assert await pid(engine) != grown


async def test_a_worker_that_died_while_idle_costs_no_photograph(make: Make) -> None:
    engine = make()
    first = await pid(engine)
    descriptor = os.pidfd_open(first)
    os.kill(first, signal.SIGKILL)
    assert select.select([descriptor], [], [], SOON.total_seconds())[0]
    os.close(descriptor)
    assert await pid(engine) != first


async def test_a_photograph_nobody_waits_for_is_dropped(make: Make, tmp_path: Path) -> None:
    engine = make()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = asyncio.create_task(engine.examine(b"wait " + bytes(pipe)))
    waiting = asyncio.create_task(engine.examine(b"crash"))
    behind = asyncio.create_task(engine.examine(b"hello"))
    with await asyncio.to_thread(pipe.open, "wb"):  # returns when the worker waits for it
        assert engine.waiting == 2
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert engine.waiting == 1
    assert (await running).faces == (await behind).faces


async def test_a_caller_who_leaves_while_its_photograph_is_looked_at_disturbs_nobody(
    make: Make, tmp_path: Path
) -> None:
    engine = make()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = asyncio.create_task(engine.examine(b"wait " + bytes(pipe)))
    with await asyncio.to_thread(pipe.open, "wb"):
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await pid(engine)


async def test_several_workers_look_side_by_side(make: Make, tmp_path: Path) -> None:
    engine = make(workers=2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = asyncio.create_task(engine.examine(b"wait " + bytes(pipe)))
    with await asyncio.to_thread(pipe.open, "wb"):
        other = await pid(engine)
    assert (await running).faces != other


async def test_the_expected_wait_is_shared_among_the_workers(make: Make) -> None:
    engine = make(workers=2)
    assert engine.expected_wait() == timedelta()
    assert engine.expected_wait(ahead=10) == timedelta(seconds=0.5)
    await engine.examine(b"slow")
    assert engine.expected_wait(ahead=10) > timedelta(seconds=0.5)


def test_an_engine_belongs_to_no_event_loop(make: Make) -> None:
    engine = make()
    assert asyncio.run(pid(engine)) == asyncio.run(pid(engine))


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("misses-something", "No face worker can be started: SFace needs a file that is not there."),
        ("dies-at-start", "No face worker can be started: ended; it last said: libfaces.so is not there"),
        ("hangs-at-start", "No face worker can be started: was not ready after 0.5 s"),
    ],
)
async def test_while_no_worker_can_be_started_photographs_fail_at_once(make: Make, model: str, problem: str) -> None:
    engine = make(model, ready=False, start_timeout=BRIEF)
    assert engine.problem == problem
    with pytest.raises(EngineUnavailable, match="No face worker can be started"):
        await engine.examine(b"hello")


async def test_photographs_that_wait_for_the_first_worker_fail_with_it(tmp_path: Path) -> None:
    engine = ProcessFaceEngine(folder=tmp_path, threshold=0.5, command=[str(tmp_path / "nothing")])
    waiting = asyncio.create_task(engine.examine(b"hello"))
    await asyncio.sleep(0)
    engine.start()
    with pytest.raises(EngineUnavailable, match="No such file"):
        await waiting
    engine.close()


async def test_starting_is_tried_again_later_and_later(
    make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engine_module, "_FIRST_DELAY", 0.01)
    needed = tmp_path / "needed"
    with capture_logs() as logs:
        engine = make(str(needed), ready=False)
        with engine._changed:
            assert engine._changed.wait_for(lambda: len(logs) >= 3, SOON.total_seconds())
        needed.touch()
        with engine._changed:
            assert engine._changed.wait_for(lambda: engine.ready == 1, SOON.total_seconds())
    assert [log["again_in_seconds"] for log in logs[:3]] == [0.01, 0.02, 0.04]
    assert engine.problem is None
    await pid(engine)


async def test_closing_ends_the_workers_and_fails_what_they_are_at(make: Make, tmp_path: Path) -> None:
    engine = make()
    worker = await pid(engine)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = asyncio.create_task(engine.examine(b"wait " + bytes(pipe)))
    waiting = asyncio.create_task(engine.examine(b"hello"))
    with await asyncio.to_thread(pipe.open, "wb"):
        engine.close()
    assert is_gone(worker)
    for task in (running, waiting):
        with pytest.raises((EngineFailed, EngineUnavailable)):
            await task
    with pytest.raises(EngineUnavailable, match="closed"):
        await engine.examine(b"hello")


def test_an_engine_that_was_never_started_can_be_closed(tmp_path: Path) -> None:
    ProcessFaceEngine(folder=tmp_path, threshold=0.5, command=COMMAND).close()


def test_closing_does_not_wait_for_workers_that_are_starting(tmp_path: Path) -> None:
    engine = ProcessFaceEngine(folder=tmp_path, model="hangs-at-start", threshold=0.5, command=COMMAND)
    engine.start()
    engine.close()
    assert not engine._processes
