"""A real face worker that one kind of picture kills, and another hangs: a command for ProcessFaceEngine."""

import os
import signal
import sys
from typing import Any

from absense_server.adapters.face import pipeline, worker
from absense_server.domain.images import inspect

DEADLY, ENDLESS = (301, 200), (302, 200)
"""Width and height of the pictures."""

_examine = pipeline.Pipeline.examine


def examine(self: pipeline.Pipeline, data: bytes) -> Any:
    photograph = inspect(data, max_pixels=50_000_000)
    match photograph.width, photograph.height:
        case size if size == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        case size if size == ENDLESS:
            signal.pause()
    return _examine(self, data)


if __name__ == "__main__":
    pipeline.Pipeline.examine = examine  # type: ignore[method-assign]
    sys.exit(worker.main())
