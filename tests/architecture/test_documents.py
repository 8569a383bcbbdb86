"""The documents: links lead somewhere, reasons exist, and what apps are given for gRPC is what the contract allows."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import MethodOptions

from absense.v1 import error_reason_pb2
from absense_server.rpc.policy import find_service

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".venv", "node_modules", "var", "build", "dist"}
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if NOT_OURS.isdisjoint(path.relative_to(ROOT).parts) and path.is_file()
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PHONE = ("absense.v1.AuthService", "absense.v1.StudentService")


def prose(document: Path) -> str:
    """Its text without blocks and pieces of code."""
    return re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)


def anchors(document: Path) -> set[str]:
    """What its headings are called in links, as GitHub makes it."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ +(.*?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in LINK.findall(prose(document)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_the_documents_were_found() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS}
    assert names >= {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/MOBILE.md", "docs/SCALING.md"}
    assert sum(len(LINK.findall(prose(path))) for path in DOCUMENTS) > 50


def test_apps_are_told_only_of_reasons_that_exist() -> None:
    text = (ROOT / "docs" / "MOBILE.md").read_text(encoding="utf-8")
    [table] = re.findall(r"\| reason \| show, do \|\n\|---\|---\|\n((?:\|.*\n)+)", text)
    named = {name for row in table.splitlines() for name in re.findall(r"\b[A-Z][A-Z_]+\b", row.split("|")[1])}
    assert len(named) > 25
    reasons = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name}
    # UPLOAD_... stands for several
    assert {name for name in named if name not in reasons} == {"UPLOAD_"}


def test_grpc_repeats_by_itself_exactly_the_calls_that_only_read() -> None:
    config = json.loads((ROOT / "examples" / "service-config.json").read_text(encoding="utf-8"))
    [method_config] = config["methodConfig"]
    assert {(name["service"], name["method"]) for name in method_config["name"]} == {
        (service, method.name)
        for service in PHONE
        for method in find_service(service).methods
        if method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS and not method.server_streaming
    }
    assert method_config["retryPolicy"]["retryableStatusCodes"] == ["UNAVAILABLE"]


def test_the_workflow_is_of_the_form_that_github_reads() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert re.search(r"^permissions:\n  contents: read$", text, re.MULTILINE)
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in re.findall(r"uses: (\S+)", text))
