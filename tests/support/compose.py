"""docker-compose.yml as Compose reads it, and its secrets as its script makes them."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\$|\$\{(\w+):-([^}]*)\}")


def load() -> dict[str, Any]:
    """The file with the defaults of its variables."""
    whole: dict[str, Any] = _interpolated(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    return whole


def _interpolated(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _interpolated(one) for key, one in value.items()}
    if isinstance(value, list):
        return list(map(_interpolated, value))
    return _VARIABLE.sub(lambda found: found[2] if found[1] else "$", value) if isinstance(value, str) else value


def make_secrets(folder: Path) -> dict[str, str]:
    """What the script writes into a folder, by file."""
    subprocess.run([ROOT / "deploy" / "make-secrets.sh", folder], check=True)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
