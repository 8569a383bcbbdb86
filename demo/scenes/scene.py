"""What a scene is, how scenes are played, and the words for what came of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import grpc.aio

from absense.v1 import attendance_record_pb2, student_service_pb2, verdict_pb2
from demo.table import Row, reason_for, standing
from demo.wire import reason_of


@dataclass(frozen=True)
class Seen:
    """What came of a scene, in words, and the record whose checks are shown."""

    words: str
    record: attendance_record_pb2.AttendanceRecord | None = None


@dataclass(frozen=True)
class Scene:
    """Something done, and what should come of it."""

    done: str
    expected: str
    play: Callable[[], Awaitable[Seen]]


async def play(scenes: Sequence[Scene]) -> list[Row]:
    """Play the scenes one after the other, whatever becomes of each."""
    return [await _play(scene) for scene in scenes]


async def _play(scene: Scene) -> Row:
    try:
        seen = await scene.play()
    except grpc.aio.AioRpcError as error:
        seen = Seen(f"refused: {reason_of(error)}")
    except Exception as error:  # noqa: BLE001 - a scene that breaks must not hide the others
        seen = Seen(f"broke: {type(error).__name__}: {error}")
    return Row(scene.done, scene.expected, seen.words, seen.record)


def seen(answer: student_service_pb2.SubmitAttendanceResponse) -> Seen:
    """Where the record stands."""
    return Seen(standing(answer.record), answer.record)


def seen_by(answer: student_service_pb2.SubmitAttendanceResponse, check: verdict_pb2.Check) -> Seen:
    """Where the record stands, and what one check went by."""
    return Seen(f"{standing(answer.record)} by {reason_for(answer.record, check)}", answer.record)


def seen_twice(
    first: student_service_pb2.SubmitAttendanceResponse, second: student_service_pb2.SubmitAttendanceResponse
) -> Seen:
    """Where the record stood after the first try, and where after the second."""
    again = "then" if first.can_retry else "no retry offered, then"
    claims = f"{len(second.record.claims)} claims"
    return Seen(f"{standing(first.record)}, {again} {standing(second.record)}, {claims}", second.record)
