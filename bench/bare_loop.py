"""The bare counterpart of verdicts: processes that look at photographs and compare faces, and do nothing else.

`python -m bench.bare_loop FOLDER` is one of them: for each number that it reads it looks at so many photographs of the
folder in turn, and says how many seconds that took.
"""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Self

from absense_server.adapters.face.models import face_model
from absense_server.adapters.face.process import environment
from absense_server.domain.faces import TemplateTrust, compare
from absense_server.domain.verdicts import Outcome

_ROOT = Path(__file__).resolve().parent.parent
_NICER = 5
"""As the server's workers, so that whatever else runs on this machine hits both alike."""
_MODEL = face_model("SFace", "yunet")


class BareLoops:
    """So many of them, side by side."""

    def __init__(self, processes: int, models: Path, photographs: Path) -> None:
        """Start them. `models`: DeepFace's home; `photographs`: the folder."""
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.bare_loop", str(photographs)],
                cwd=_ROOT,
                env={**environment(models), "OPENCV_LOG_LEVEL": "ERROR"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
                start_new_session=True,  # Ctrl-C is for us
            )
            for _ in range(processes)
        ]

    def rate(self, photographs: int) -> float:
        """Photographs a second of all together, when each looks at so many."""
        for process in self._processes:
            print(photographs, file=process.stdin)
        return sum(photographs / float(_answer_of(process)) for process in self._processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()


def _answer_of(process: "subprocess.Popen[str]") -> str:
    if process.stdout is None or not (line := process.stdout.readline()):
        raise RuntimeError("a bare loop ended")
    return line


def main() -> int:
    """Run the command line."""
    from absense_server.adapters.face import pipeline  # noqa: PLC0415 - heavy, and only where it is used

    os.nice(_NICER)
    pipeline.use_one_thread()
    pipe = pipeline.Pipeline(_MODEL.name, _MODEL.detector)
    pipe.warm_up()
    photographs = [path.read_bytes() for path in sorted(Path(sys.argv[1]).iterdir())]
    references = [[pipe.examine(data).vector] for data in photographs]
    for line in sys.stdin:
        began = perf_counter()
        for number in range(int(line)):
            which = number % len(photographs)
            finding = pipe.examine(photographs[which])
            verdict = compare(finding, references[which], _MODEL, TemplateTrust.TRUSTED)
            if verdict.outcome is not Outcome.PASSED:
                raise RuntimeError(f"photograph {which}: {verdict.reason.value}")
        print(perf_counter() - began, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
