"""Play one lecture against a server of its own: `python -m demo`, or `make demo`."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import grpc.aio

from demo import lecture, photographs
from demo.photographs import FOLDER, PhotographsError
from demo.server import ServerError, ServerProcess
from demo.table import LEGEND, Row, exit_code, render
from demo.wire import channel_to, reason_of

# Portraits first: a selfie is a JPEG, as a rule.
SELFIES = ("obama.jpg", "obama2.jpg", "biden.jpg", "astronaut.png")
INTERRUPTED = 130


def main() -> int:
    """Run the demonstration; 0 when every scene went as it should."""
    try:
        found = photographs.fetch(FOLDER)
    except PhotographsError as error:
        print(f"The demo needs photographs, and they could not be fetched.\n{error}", file=sys.stderr)
        return 1
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="absense-demo-"))
    try:
        rows = asyncio.run(demonstrate(folder, [found[name] for name in SELFIES]))
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


async def demonstrate(folder: Path, selfies: Sequence[Path]) -> list[Row]:
    """Start a server in `folder`, play the lecture, end the server: also on Ctrl-C, and when asked to terminate."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        # a cancellation, and not an exception out of nowhere, which gRPC does not survive
        asyncio.get_running_loop().add_signal_handler(number, task.cancel if task else sys.exit)
    with ServerProcess(folder) as server:
        print("Setting up a server of its own ...", flush=True)
        server.prepare()
        server.start()
        print(f"It serves on {server.address} and logs to {server.log_file}", flush=True)
        return await attend(server.address, selfies)


async def attend(address: str, selfies: Sequence[Path]) -> list[Row]:
    """Play the lecture on the server at `address`."""
    async with channel_to(address) as channel, lecture.lecture(channel, selfies) as given:
        print(f"{len(given.students)} students have signed up; the lecture begins ...", flush=True)
        return await lecture.play(given.scenes())


if __name__ == "__main__":
    sys.exit(main())
