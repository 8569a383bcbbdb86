"""A lecture hall whose server looks at faces: the real engine, real photographs."""

from collections.abc import AsyncIterator, Callable, Iterator

import grpc.aio
import pytest

from absense_server.adapters.face.engine import ProcessFaceEngine
from absense_server.app import App
from absense_server.settings import Settings
from tests.support import faces
from tests.support.clock import HandClock
from tests.support.hall import Hall
from tests.support.held_engine import HeldEngine


@pytest.fixture(scope="session")
def real_engine() -> Iterator[ProcessFaceEngine]:
    with faces.running_engine(faces.fetch_models()) as engine:
        yield engine


@pytest.fixture
async def engine(real_engine: ProcessFaceEngine) -> HeldEngine:
    return HeldEngine(real_engine)


@pytest.fixture(scope="session")
def portraits() -> dict[str, bytes]:
    return faces.fetch_photographs()


@pytest.fixture
def face_settings() -> dict[str, object]:
    """Settings of the hall's server beside the ordinary ones; a test may override it."""
    return {}


@pytest.fixture
async def hall(
    make_settings: Callable[..., Settings], clock: HandClock, engine: HeldEngine, face_settings: dict[str, object]
) -> AsyncIterator[Hall]:
    app = App(make_settings(**face_settings), clock=clock, face_engine=engine)
    engine.watch(app.use_cases.verification)
    port = await app.start(with_jobs=False, with_verifier=True)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)
