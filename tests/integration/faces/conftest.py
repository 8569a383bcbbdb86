from collections.abc import Iterator
from pathlib import Path

import pytest

from absense_server.adapters.face.engine import ProcessFaceEngine
from tests.support import faces


@pytest.fixture(scope="session")
def face_models() -> Path:
    """DeepFace's home; the tests fail where the models cannot be had."""
    return faces.fetch_models()


@pytest.fixture(scope="session")
def face_engine(face_models: Path) -> Iterator[ProcessFaceEngine]:
    with faces.running_engine(face_models) as engine:
        yield engine


@pytest.fixture(scope="session")
def portraits() -> dict[str, bytes]:
    return faces.fetch_photographs()
