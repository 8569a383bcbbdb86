"""Play one lecture against a server of its own: `python -m demo`, or `make demo`."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import grpc.aio

from absense_server.adapters.face import weights
from absense_server.adapters.face.weights import WeightsError
from demo import photographs
from demo.lecture import Lecture, lecture
from demo.photographs import FOLDER, PhotographsError
from demo.scenes.codes import CodeScenes
from demo.scenes.faces import FaceScenes, stand_in_scenes
from demo.scenes.phones import PhoneScenes
from demo.scenes.review import ReviewScenes
from demo.scenes.scene import Scene, play
from demo.server import ServerError, ServerProcess
from demo.table import LEGEND, Row, exit_code, render
from demo.wire import channel_to, reason_of

MODELS = FOLDER.parent / "models"
INTERRUPTED = 130
_FACES = {"FACE_VERIFICATION_ENABLED": "true", "FACE_MODELS_FOLDER": str(MODELS), "FACE_WORKERS": "2"}


def main() -> int:
    """Run the demonstration; 0 when every scene went as it should."""
    try:
        found = photographs.fetch(FOLDER)
        weights.fetch(MODELS, print)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except PhotographsError as error:
        print(f"The demo needs photographs, and they could not be fetched.\n{error}", file=sys.stderr)
        return 1
    except WeightsError as error:
        print(f"The demo looks at faces.\n{error}", file=sys.stderr)
        return 1
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="absense-demo-"))
    try:
        rows = asyncio.run(demonstrate(folder, found))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("Stopped.", file=sys.stderr)
        shutil.rmtree(folder)
        return INTERRUPTED
    except (ServerError, grpc.aio.AioRpcError) as error:
        reason = reason_of(error) if isinstance(error, grpc.aio.AioRpcError) else error
        print(f"The demo broke off: {reason}\nThe server's log: {folder / 'server.log'}", file=sys.stderr)
        return 1
    print(f"\n{render(rows)}\n\n{LEGEND}\n\nPlayed in {time.monotonic() - began:.1f} s.")
    if exit_code(rows) == 0:
        shutil.rmtree(folder)
    else:
        print(f"The server's log: {folder / 'server.log'}", file=sys.stderr)
    return exit_code(rows)


async def demonstrate(folder: Path, found: Mapping[str, Path]) -> list[Row]:
    """Start a server in `folder`, play the lecture, end the server: also on Ctrl-C, and when asked to terminate."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        # a cancellation, and not an exception out of nowhere, which gRPC does not survive
        asyncio.get_running_loop().add_signal_handler(number, task.cancel if task else sys.exit)
    with ServerProcess(folder, **_FACES) as server:
        print("Setting up a server of its own ...", flush=True)
        server.prepare()
        server.start()
        print(f"It serves on {server.address} and logs to {server.log_file}", flush=True)
        rows = await attend(server.address, found)
    with ServerProcess(folder, **_FACES, FACE_OPT_OUT="signed_device") as server:
        print("The server is started again with FACE_OPT_OUT=signed_device ...", flush=True)
        server.start()
        async with channel_to(server.address) as channel:
            return [*rows, *await play(stand_in_scenes(channel))]


async def attend(address: str, found: Mapping[str, Path]) -> list[Row]:
    """Play the lecture on the server at `address`."""
    async with channel_to(address) as channel, lecture(channel, found) as given:
        print(f"{len(given.students)} students have signed up; the lecture begins ...", flush=True)
        return await play(scenes_of(given))


def scenes_of(given: Lecture) -> list[Scene]:
    """The lecture, in order; while faces are looked at, the codes on the other screen turn."""
    parts = PhoneScenes(given), FaceScenes(given), CodeScenes(given), ReviewScenes(given)
    return [scene for part in parts for scene in part.scenes()]


if __name__ == "__main__":
    sys.exit(main())
