"""An export of everything: how much more memory the server takes for it."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

from pathlib import Path
from time import perf_counter

from absense.v1 import admin_service_pb2, admin_service_pb2_grpc, attendance_export_pb2
from bench.report import Measurement, say
from bench.size.rows import key
from demo.server import ServerError, ServerProcess
from demo.wire import bearer, channel_to, sign_in

MOST_GROWTH_MB = 64.0
_FORMATS = {"CSV": attendance_export_pb2.EXPORT_FORMAT_CSV, "XLSX": attendance_export_pb2.EXPORT_FORMAT_XLSX}
_LONGEST_SECONDS = 1200


async def measure(folder: Path, url: str, rows: int, password: str) -> list[Measurement]:
    """Of the one term, as CSV and as XLSX, from a server process of its own."""
    found = []
    for name, wanted in _FORMATS.items():
        with ServerProcess(folder, DATABASE_URL=url, WORKERS="1") as server:
            server.start()
            async with channel_to(server.address) as channel:
                token = bearer((await sign_in(channel, "admin-0@example.edu", password)).access_token)
                stub = admin_service_pb2_grpc.AdminServiceStub(channel)
                small = admin_service_pb2.AdminServiceExportAttendanceRequest(
                    course_id=str(key("course", 0)), format=wanted
                )
                # the first of its kind loads code
                async for _ in stub.ExportAttendance(small, metadata=token):
                    pass
                _forget_peak(server.pid)
                before, began = _memory(server.pid, "VmRSS"), perf_counter()
                request = admin_service_pb2.AdminServiceExportAttendanceRequest(
                    term_id=str(key("term", 0)), format=wanted
                )
                size = lines = 0
                async for part in stub.ExportAttendance(request, metadata=token, timeout=_LONGEST_SECONDS):
                    size += len(part.chunk)
                    lines += part.chunk.count(b"\n")
                seconds, peak = perf_counter() - began, _memory(server.pid, "VmHWM")
        if name == "CSV" and lines != rows + 1:
            raise ServerError(f"An export has {lines - 1} rows and not {rows}.")
        say(f"{name}: {rows} rows, {size / 2**20:.0f} MB in {seconds:.0f} s, {peak - before:.1f} MB more memory.")
        found += [
            Measurement(f"export of {rows} rows as {name}: memory", peak - before, "MB", most=MOST_GROWTH_MB),
            Measurement(f"export of {rows} rows as {name}: time", seconds, "s"),
        ]
    return found


def _memory(pid: int, what: str) -> float:
    """Of a process, in MB. VmHWM is the most that VmRSS ever was."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    raise ServerError(f"The process {pid} does not say its {what}.")


def _forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")
