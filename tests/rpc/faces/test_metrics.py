"""What is counted of faces."""

from collections.abc import Callable

from absense_server.app import App
from absense_server.settings import Settings
from tests.rpc.faces.test_claims import CONFIRMED, MINUTE, PENDING, Portraits, enrolled, until
from tests.support import faces
from tests.support.hall import Hall
from tests.support.held_engine import HeldEngine


async def test_a_face_is_counted_when_its_verdict_is_kept(hall: Hall, engine: HeldEngine, portraits: Portraits) -> None:
    session = await hall.open_session()
    ama = await enrolled(hall, portraits["obama"])
    engine.queue = MINUTE  # nobody waits for the verdict
    engine.hold()
    answer = await ama.submit(session, selfie=portraits["obama2"])
    assert answer.record.status == PENDING
    hall.clock.turn(2)
    assert await counted(hall) == {"faces": 0, "claims": 1, "queue": 1, "oldest": 2}
    engine.release()
    await until(ama, answer.record, CONFIRMED)
    assert await counted(hall) == {"faces": 1, "claims": 1, "queue": 0, "oldest": 0}


async def counted(hall: Hall) -> dict[str, float | None]:
    await hall.app.pulse.beat()
    read = hall.app.outside.metrics.registry.get_sample_value
    assert read("absense_claims_total", {"status": "CONFIRMED"}) == 0
    return {
        "faces": read("absense_verdicts_total", {"check": "FACE", "outcome": "PASSED"}),
        "claims": read("absense_claims_total", {"status": "PENDING_VERIFICATION"}),
        "queue": read("absense_verification_queue"),
        "oldest": read("absense_verification_queue_age_seconds"),
    }


def test_the_engines_processes_are_seen(make_settings: Callable[..., Settings]) -> None:
    app = App(make_settings(face_verification_enabled=True, face_models_folder=faces.fetch_models(), face_workers=3))
    read = app.outside.metrics.registry.get_sample_value
    assert (read("absense_face_workers"), read("absense_face_workers_ready")) == (3, 0)
    app.close()
