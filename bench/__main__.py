"""Measure, and say whether what is promised is kept: `python -m bench`, or `make bench`."""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import grpc.aio

from absense_server.adapters.face.weights import WeightsError
from backing.postgres import PostgresMissing
from bench import claims, faces, selfies, size
from bench.report import Measurement, say, table
from demo import photographs
from demo.photographs import FOLDER, PhotographsError
from demo.server import ServerError
from demo.wire import reason_of

PARTS = {"faces": faces.measure, "claims": claims.measure, "size": size.measure}
UNLESS_NAMED = ("faces", "claims")
LONGEST_SECONDS = {"faces": 240, "claims": 240, "size": 1800}
INTERRUPTED = 130


def main() -> int:
    """Run the command line; 0 when everything promised is kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures ours beside what is bare.")
    parser.add_argument(
        "parts", nargs="*", help=f"what to measure ({', '.join(UNLESS_NAMED)}): {', '.join(PARTS)}", metavar="part"
    )
    parser.add_argument("--json", action="store_true", help="every round of it, for programs")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: there are {', '.join(PARTS)}")
    if (load := os.getloadavg()[0]) > 1:
        say(f"This machine was busy just now (load {load:.1f}): while it is, the figures are off.")
    folder = Path(tempfile.mkdtemp(prefix="absense-bench-"))
    try:
        parts = wanted.parts or UNLESS_NAMED
        files = selfies.make(photographs.fetch(FOLDER, say), folder / "selfies") if set(parts) - {"size"} else []
        measurements = asyncio.run(measure(parts, folder, files))
    except (
        WeightsError,
        PhotographsError,
        PostgresMissing,
        ServerError,
        TimeoutError,
        grpc.aio.AioRpcError,
    ) as error:
        reason = reason_of(error) if isinstance(error, grpc.aio.AioRpcError) else str(error) or "It took too long."
        say(f"The bench broke off: {reason}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped.")
        return INTERRUPTED
    finally:
        shutil.rmtree(folder)
    if wanted.json:
        print(json.dumps([one.values() for one in measurements], indent=2))
    else:
        print(f"\n{table(measurements)}\n\nPhones, servers and workers shared {os.cpu_count()} cores.")
    return 0 if all(one.kept for one in measurements) else 1


async def measure(parts: Iterable[str], folder: Path, files: list[Path]) -> list[Measurement]:
    """Parts, one after the other, each with its servers in a folder of its own."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        # a cancellation, and not an exception out of nowhere, which gRPC does not survive
        asyncio.get_running_loop().add_signal_handler(number, task.cancel if task else sys.exit)
    found = []
    for part in parts:
        own = folder / part
        own.mkdir()
        async with asyncio.timeout(LONGEST_SECONDS[part]):
            found += await PARTS[part](own, files)
    return found


if __name__ == "__main__":
    sys.exit(main())
