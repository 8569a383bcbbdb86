"""Hit a whole cluster while claims come in, and count what is left: `python -m chaos`, or `make chaos`."""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import grpc.aio

from absense_server.adapters.face import weights
from absense_server.adapters.face.weights import WeightsError
from backing.postgres import PostgresMissing
from backing.redis import RedisMissing
from bench import selfies
from bench.report import say
from chaos.report import Outcome
from chaos.run import LONG, SHORT, Plan, run
from demo import photographs
from demo.photographs import FOLDER, PhotographsError
from demo.server import ServerError
from demo.wire import reason_of

MODELS = FOLDER.parent / "models"
INTERRUPTED = 130


def main() -> int:
    """Run the command line; 0 when nothing is lost."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description="Kills servers while claims come in.")
    parser.add_argument("--short", action="store_true", help="fewer claims and faults")
    plan = SHORT if parser.parse_args().short else LONG
    folder = Path(tempfile.mkdtemp(prefix="absense-chaos-"))
    try:
        files = selfies.make(photographs.fetch(FOLDER, say), folder / "selfies")
        weights.fetch(MODELS, say)
        outcome = asyncio.run(play(plan, folder, files))
    except (
        WeightsError,
        PhotographsError,
        PostgresMissing,
        RedisMissing,
        ServerError,
        RuntimeError,
        TimeoutError,
        grpc.aio.AioRpcError,
    ) as error:
        reason = reason_of(error) if isinstance(error, grpc.aio.AioRpcError) else str(error) or "It took too long."
        say(f"The chaos broke off: {reason}\nThe servers' logs: {folder}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        say("Stopped.")
        shutil.rmtree(folder)
        return INTERRUPTED
    print(f"\n{outcome.render()}")
    if outcome.problems:
        say(f"The servers' logs: {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


async def play(plan: Plan, folder: Path, files: list[Path]) -> Outcome:
    """Run a plan; Ctrl-C ends it in order."""
    task = asyncio.current_task()
    for number in (signal.SIGINT, signal.SIGTERM):
        # a cancellation, and not an exception out of nowhere, which gRPC does not survive
        asyncio.get_running_loop().add_signal_handler(number, task.cancel if task else sys.exit)
    return await run(plan, folder, MODELS, files, say)


if __name__ == "__main__":
    sys.exit(main())
