"""What kubectl makes of an overlay, secrets and all."""

import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import yaml

from tests.support.certificates import issue
from tests.support.compose import ROOT, make_secrets

PROGRAMS = Path(sysconfig.get_path("scripts"))

Manifest = dict[str, Any]


def copy_with_secrets(folder: Path, overlay: str) -> Path:
    """A copy of deploy/ with what an operator puts beside an overlay; the overlay's folder there."""
    shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("secrets"))
    place = folder / "deploy" / "overlays" / overlay
    make_secrets(place / "secrets")
    certificate = issue("server")
    (place / "secrets" / "tls.crt").write_bytes(certificate.pem)
    (place / "secrets" / "tls.key").write_bytes(certificate.key_pem())
    return place


def build(place: Path) -> str:
    """The manifests of an overlay."""
    return subprocess.run([PROGRAMS / "kubectl", "kustomize", place], check=True, capture_output=True, text=True).stdout


def parsed(text: str) -> dict[tuple[str, str], Manifest]:
    """Manifests by kind and name; what is named by its content, without that."""
    found = [one for one in yaml.safe_load_all(text) if one]
    generated = {"ConfigMap", "Secret"}
    return {
        (
            one["kind"],
            one["metadata"]["name"].rpartition("-")[0] if one["kind"] in generated else one["metadata"]["name"],
        ): one
        for one in found
    }
