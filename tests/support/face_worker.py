"""A face worker without models, which does what its photographs tell it to: a command for ProcessFaceEngine.

What it answers carries its process id as the number of faces.
"""

import json
import os
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

VECTOR = b"\0\0\x80\x3f"
QUALITY = {"width_px": 100, "brightness": 0.5, "sharpness": 100, "yaw": 0, "roll_deg": 0}


def main() -> None:
    descriptor, model, _ = sys.argv[1:]
    connection = Connection(int(descriptor))
    start(connection, model)
    while True:
        try:
            word, _, rest = connection.recv_bytes().partition(b" ")
        except EOFError:
            return
        if word == b"say":
            connection.send_bytes(rest)
        elif word == b"error":
            say(connection, error="ValueError: no")
        else:
            do(word, rest)
            memory = 10**10 if word == b"grow" else 10**8
            say(connection, readable=True, faces=os.getpid(), quality=QUALITY, took=0.01, memory=memory)
            connection.send_bytes(VECTOR)
        if word == b"deaf":
            signal.pause()


def start(connection: Connection, model: str) -> None:
    """By the model's name: be ready, or fail in some way; with the path of a file, only when that is there."""
    match model:
        case "hangs-at-start":
            signal.pause()
        case "misses-something":
            say(connection, problem="SFace needs a file that is not there.")
            sys.exit()
        case "dies-at-start":
            sys.exit("libfaces.so is not there")
    if model.startswith("/") and not Path(model).exists():
        sys.exit("not yet")
    say(connection, ready=True)


def do(word: bytes, rest: bytes) -> None:
    match word:
        case b"crash":
            print("about to crash\x1b[31m", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        case b"hang":
            signal.pause()
        case b"wait":  # until somebody opens the pipe and closes it
            Path(rest.decode()).read_bytes()
        case b"slow":
            time.sleep(0.2)


def say(connection: Connection, **values: object) -> None:
    connection.send_bytes(json.dumps(values).encode())


if __name__ == "__main__":
    main()
