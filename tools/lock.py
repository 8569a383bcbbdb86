"""Renew constraints.txt: one exact version of all that setup.cfg asks for, on every Python and platform.

Reads setup.cfg itself instead of building the package, so that it works on a tree that does not install yet.
"""

import configparser
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "constraints.txt"

HEADER = """\
# Exact versions of everything in setup.cfg, direct and indirect, for Python 3.11 and later.
# Made by `make lock`; used by `pip install -c constraints.txt`. Not edited by hand.
"""


def requirements() -> list[str]:
    """List what the package and all its extras ask for."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    blocks = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    return [line for block in blocks for line in block.splitlines() if line]


def main() -> int:
    """Resolve for all platforms at once, which pip itself cannot do; uv can."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "-"),
        *("--universal", "--python-version", "3.11", "--upgrade"),
        *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
    ]
    done = subprocess.run(
        command, input="\n".join(requirements()), stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT
    )
    if done.returncode != 0:  # uv has said why
        return done.returncode
    LOCK.write_text(HEADER + done.stdout, encoding="utf-8")
    print(f"Wrote {LOCK.name}: {len(done.stdout.splitlines())} packages.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
