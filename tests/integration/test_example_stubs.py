"""What generates stubs for phones: all languages are given the same, and what comes of TypeScript's compiles."""

import json
import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUF = ROOT / "tools" / "node_modules" / ".bin" / "buf"
PACKAGES = ROOT / "web" / "node_modules"
LANGUAGES = ("dart", "kotlin", "swift", "typescript")
APP = """
import { createClient, type Transport } from "@connectrpc/connect";
import { StudentService } from "./gen/typescript/absense/v1/student_service_pb.js";

export async function scanned(transport: Transport, text: string): Promise<string> {
  const answer = await createClient(StudentService, transport).scanQr({ code: { case: "scannedText", value: text } });
  return answer.scanTicket;
}
"""


def template(language: str) -> Any:
    return yaml.safe_load((ROOT / "examples" / language / "buf.gen.yaml").read_text(encoding="utf-8"))


def run(folder: Path, *command: str | Path) -> None:
    # node stands beside Python, and the plugins beside the page's packages
    path = os.pathsep.join([sysconfig.get_path("scripts"), str(PACKAGES / ".bin"), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_language_gets_the_same() -> None:
    [inputs] = {json.dumps(template(language)["inputs"], sort_keys=True) for language in LANGUAGES}
    assert "absense.v1.StudentService" in inputs


def test_the_stubs_for_typescript_compile_and_leave_out_what_only_servers_read(tmp_path: Path) -> None:
    run(ROOT, BUF, "generate", "--template", ROOT / "examples" / "typescript" / "buf.gen.yaml", "--output", tmp_path)
    made = {path.relative_to(tmp_path / "gen" / "typescript").as_posix() for path in tmp_path.rglob("*.ts")}
    assert made >= {
        "absense/v1/auth_service_pb.ts",
        "absense/v1/student_service_pb.ts",
        "google/rpc/error_details_pb.ts",
    }
    assert not [name for name in made if name.startswith("buf/") or "access" in name or "admin" in name]

    (tmp_path / "node_modules").symlink_to(PACKAGES)
    (tmp_path / "app.ts").write_text(APP, encoding="utf-8")
    options = {"target": "es2022", "module": "nodenext", "strict": True, "noEmit": True, "types": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["app.ts"]}))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    run(tmp_path, PACKAGES / ".bin" / "tsc", "--project", tmp_path)
