"""Faces: a whole hall that claims at one instant, and verdicts beside bare loops over the same pipeline."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from absense_server.adapters.face import weights
from bench import rush, verdicts
from bench.bare_loop import BareLoops
from bench.hall import seated
from bench.report import Measurement, say
from demo.camera import Photograph
from demo.photographs import FOLDER
from demo.server import ServerProcess

MODELS = FOLDER.parent / "models"
STUDENTS = 500


async def measure(folder: Path, selfies: Sequence[Path]) -> list[Measurement]:
    """The measurements, with servers in `folder`; `selfies`: all the files of a folder.

    Raises WeightsError, ServerError, AioRpcError.
    """
    weights.fetch(MODELS, say)
    database = folder / "absense.db"
    settings = {
        "FACE_VERIFICATION_ENABLED": "true",
        "FACE_MODELS_FOLDER": str(MODELS),
        "FACE_WORKERS": str(verdicts.WORKERS),
    }
    with ServerProcess(folder, **settings) as server:
        server.prepare()
        server.start()
        say(f"{STUDENTS} students sign up and enroll their faces ...")
        async with seated(server.address, STUDENTS, [Photograph.load(file) for file in selfies]) as hall:
            say(f"{STUDENTS} claims at one instant ...")
            found, words = await rush.measure(hall)
            say(f"{words}. Filling the queue of selfies ...")
            await verdicts.fill_queue(hall, database)
        server.stop()
        say("Bare loops and servers in turn ...")
        with BareLoops(verdicts.WORKERS, MODELS, selfies[0].parent) as loops:
            return await asyncio.to_thread(verdicts.measure, server, database, loops) + found
