"""Measure, and say whether what is promised is kept: `python -m bench`, or `make bench`."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import grpc.aio

from absense_server.adapters.face import weights
from absense_server.adapters.face.weights import WeightsError
from bench import rush, selfies, verdicts
from bench.bare_loop import BareLoops
from bench.hall import seated
from bench.report import Measurement, table
from demo import photographs
from demo.camera import Photograph
from demo.photographs import FOLDER, PhotographsError
from demo.server import ServerError, ServerProcess
from demo.wire import reason_of

MODELS = FOLDER.parent / "models"
STUDENTS = 500
LONGEST_SECONDS = 240
INTERRUPTED = 130


def main() -> int:
    """Run the command line; 0 when everything promised is kept."""
    as_json = sys.argv[1:] == ["--json"]
    if sys.argv[1:] and not as_json:
        say("Usage: python -m bench [--json]")
        return 2
    if (load := os.getloadavg()[0]) > 1:
        say(f"This machine was busy just now (load {load:.1f}): while it is, the figures are off.")
    folder = Path(tempfile.mkdtemp(prefix="absense-bench-"))
    try:
        weights.fetch(MODELS, say)
        files = selfies.make(photographs.fetch(FOLDER, say), folder / "selfies")
        measurements = asyncio.run(measure(folder, files))
    except (WeightsError, PhotographsError, ServerError, TimeoutError, grpc.aio.AioRpcError) as error:
        reason = reason_of(error) if isinstance(error, grpc.aio.AioRpcError) else str(error) or "It took too long."
        say(f"The bench broke off: {reason}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped.")
        return INTERRUPTED
    finally:
        shutil.rmtree(folder)
    if as_json:
        print(json.dumps([one.values() for one in measurements], indent=2))
    else:
        print(f"\n{table(measurements)}\n\nPhones, server and workers shared {os.cpu_count()} cores.")
    return 0 if all(one.kept for one in measurements) else 1


async def measure(folder: Path, files: list[Path]) -> list[Measurement]:
    """Everything, one after the other, with servers in `folder`."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        # a cancellation, and not an exception out of nowhere, which gRPC does not survive
        asyncio.get_running_loop().add_signal_handler(number, task.cancel if task else sys.exit)
    database = folder / "absense.db"
    settings = {
        "FACE_VERIFICATION_ENABLED": "true",
        "FACE_MODELS_FOLDER": str(MODELS),
        "FACE_WORKERS": str(verdicts.WORKERS),
    }
    async with asyncio.timeout(LONGEST_SECONDS):
        with ServerProcess(folder, **settings) as server:
            server.prepare()
            server.start()
            say(f"{STUDENTS} students sign up and enroll their faces ...")
            async with seated(server.address, STUDENTS, [Photograph.load(file) for file in files]) as hall:
                say(f"{STUDENTS} claims at one instant ...")
                found, words = await rush.measure(hall)
                say(f"{words}. Filling the queue of selfies ...")
                await verdicts.fill_queue(hall, database)
            server.stop()
            say("Bare loops and servers in turn ...")
            with BareLoops(verdicts.WORKERS, MODELS, folder / "selfies") as loops:
                return await asyncio.to_thread(verdicts.measure, server, database, loops) + found


def say(text: str) -> None:
    """Tell the person who waits; what is measured goes to standard output alone."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
