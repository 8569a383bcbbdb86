"""Renew constraints.txt: one exact version of all that setup.cfg asks for, on every Python and platform.

And from it, in requirements/, what each container image installs, with the hash of every file that may be installed.

Reads setup.cfg itself instead of building the package, so that it works on a tree that does not install yet.
"""

import configparser
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "constraints.txt"
HASHED = ROOT / "requirements"

HEADER = """\
# Exact versions of everything in setup.cfg, direct and indirect, for Python 3.11 and later.
# Made by `make lock`; used by `pip install -c constraints.txt`. Not edited by hand.
"""
HASHED_HEADER = """\
# What the Dockerfile installs, in the versions of constraints.txt, for `pip install --require-hashes`.
# Made by `make lock`. Not edited by hand.
"""
IMAGES: dict[str, Sequence[str]] = {
    "server": ("server", "s3", "redis"),
    "server-faces": ("server", "s3", "redis", "face"),
}
"""The images of the server, and the extras that each has."""


def config() -> configparser.ConfigParser:
    """Read setup.cfg."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def requirements(extras: Iterable[str] | None = None) -> list[str]:
    """List what the package and these of its extras ask for; all of them, unless said."""
    setup = config()
    own = setup["options"]["install_requires"].splitlines()
    names = setup["options.extras_require"] if extras is None else extras
    return [line for line in own if line] + [line for name in names for line in asked_by(name)]


def asked_by(name: str) -> list[str]:
    """List what one extra asks for, beside the package."""
    return [line for line in config()["options.extras_require"][name].splitlines() if line]


def build_requirements() -> list[str]:
    """List what builds the package."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["build-system"]["requires"])


def resolved(lines: Iterable[str], *options: str) -> str:
    """Resolve for all platforms at once, which pip itself cannot do; uv can. Exits where it cannot: it has said why."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "-"),
        *("--universal", "--python-version", "3.11"),
        *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
        *options,
    ]
    done = subprocess.run(command, input="\n".join(lines), stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(done.returncode)
    return done.stdout


def main() -> None:
    """Write them all."""
    everything = resolved(requirements(), "--upgrade")
    LOCK.write_text(HEADER + everything, encoding="utf-8")
    print(f"Wrote {LOCK.name}: {len(everything.splitlines())} packages.")
    HASHED.mkdir(exist_ok=True)
    hashed = {
        "build": build_requirements(),
        # builds the page, with the npm packages of its own lock
        "page": asked_by("page"),
        # Envoy and what starts it need nothing of the contract
        "proxy": asked_by("proxy"),
        **{image: requirements(extras) for image, extras in IMAGES.items()},
    }
    for name, lines in hashed.items():
        text = resolved(lines, "--constraint", LOCK.name, "--generate-hashes")
        (HASHED / f"{name}.txt").write_text(HASHED_HEADER + text, encoding="utf-8")


if __name__ == "__main__":
    main()
