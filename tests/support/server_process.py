"""What a supervisor starts, without a server: a process that behaves as its first argument says.

Its pid is left in the folder of the second argument, as the name of an empty file.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from absense_server.supervisor.lifeline import Lifeline


async def main(behaviour: str, descriptor: int) -> None:
    stopping = asyncio.Event()
    if behaviour != "deaf":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    else:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    lifeline = Lifeline(descriptor, parent_died=stopping.set)
    lifeline.start()
    if behaviour == "fails":
        sys.exit(3)
    lifeline.serving()
    if behaviour == "hangs":
        os.kill(os.getpid(), signal.SIGSTOP)
    await stopping.wait()
    lifeline.close()


def run(behaviour: str, folder: Path, descriptor: int) -> None:
    is_first = not any(folder.iterdir())
    (folder / str(os.getpid())).touch()
    if behaviour == "fails-later":
        behaviour = "serves" if is_first else "fails"
    asyncio.run(main(behaviour, descriptor))


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), int(sys.argv[4]))
