"""A face worker: `python -m absense_server.adapters.face.worker DESCRIPTOR MODEL DETECTOR`, started by the engine.

Photographs come in as frames on the inherited descriptor, findings go out (see frames.py). It keeps nothing, writes no
file, opens no database, and ends when the other end of the descriptor is closed.
"""

import os
import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from absense_server.adapters.face import frames, weights

_NICER = 5
"""So that taking claims in stays fast while faces are compared."""

_LONGEST_SECONDS = 300
"""The engine ends a worker that hangs long before; this is for one whose engine was killed meanwhile."""


def main() -> int:
    """Load the models, warm up, then answer until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    os.nice(_NICER)
    signal.alarm(_LONGEST_SECONDS)
    descriptor, model, detector = sys.argv[1:]
    connection = Connection(int(descriptor))
    try:
        _work(connection, model, detector)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return 0
    return 0


def _work(connection: Connection, model: str, detector: str) -> None:
    problems = weights.check(Path(os.environ["DEEPFACE_HOME"]), model, detector)
    if problems:
        connection.send_bytes(frames.header(problem=" ".join(problems)))
        return

    from absense_server.adapters.face import pipeline  # noqa: PLC0415 - heavy, and only now known to be there

    pipeline.use_one_thread()
    pipe = pipeline.Pipeline(model, detector)
    pipe.warm_up()
    connection.send_bytes(frames.header(ready=True))
    while True:
        signal.alarm(0)
        photograph = connection.recv_bytes()
        signal.alarm(_LONGEST_SECONDS)
        try:
            finding = pipe.examine(photograph)
        except Exception as error:  # noqa: BLE001 - whatever a library thinks of one photograph, the next may be fine
            connection.send_bytes(frames.header(error=f"{type(error).__name__}: {error}"[:500]))
            continue
        connection.send_bytes(frames.header_of(finding, _resident_bytes()))
        connection.send_bytes(finding.vector)


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except OSError:
        # No /proc: the most it ever was; in KiB, but on macOS in bytes.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main())
