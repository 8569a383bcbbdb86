"""What `make run` starts: the server, and Envoy with the page before it. Ctrl-C, or the end of either, ends both."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

PAGE = os.environ.get("PAGE_ADDRESS", "127.0.0.1:8080")
SERVER = os.environ.get("LISTEN_ADDRESS", "127.0.0.1:50051")
_START_SECONDS = 60
_END_SECONDS = 20
_HINT = f"""
  The page  http://localhost:{PAGE.rpartition(":")[2]}  (lecturer@absense.com / lecturer123,
            admin@absense.com / admin123)
  gRPC      localhost:{SERVER.rpartition(":")[2]}
  Ctrl-C ends both.
"""


def main() -> int:
    """Start both and wait for the first to end; returns its exit code."""
    for address, name in ((PAGE, "PAGE_ADDRESS"), (SERVER, "LISTEN_ADDRESS")):
        if _is_taken(address):
            other = f"{address.rpartition(':')[0]}:{int(address.rpartition(':')[2]) + 10}"
            print(f"Something listens at {address} already. Take another: make run {name}={other}", file=sys.stderr)
            return 1
    bin_folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PROXY_LISTEN_ADDRESS": PAGE,
        "PROXY_UPSTREAMS": SERVER,
        "PROXY_ADMIN_ADDRESS": "127.0.0.1:0",
    }
    for ended in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ended) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(ended, lambda *_: sys.exit(0))
    log = Path("var/demo/envoy.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        # Sessions of their own: Ctrl-C in a terminal reaches this process alone. A server that had it from there as
        # well as from here would take it for the second one, at which it ends at once.
        processes = [
            subprocess.Popen([str(bin_folder / "absense-server"), "serve"], start_new_session=True),
            subprocess.Popen(
                [str(bin_folder / "absense-proxy")],
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            ),
        ]
        try:
            return _watch(processes, log)
        except KeyboardInterrupt:
            return 0
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                try:
                    process.wait(_END_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


def _watch(processes: list["subprocess.Popen[bytes]"], log: Path) -> int:
    server, proxy = processes
    hint_due = time.monotonic() + _START_SECONDS
    said = False
    while True:
        for process in processes:
            if (code := process.poll()) is not None:
                if process is proxy:
                    print(
                        f"Envoy has ended; {log} says why:\n{log.read_text(errors='replace')[-800:]}", file=sys.stderr
                    )
                return code
        if not said and (_page_answers() or time.monotonic() > hint_due):
            said = True
            print(_HINT, flush=True)
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.2)


def _is_taken(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        # as servers do: what was closed a moment ago is free
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host.strip("[]"), int(port)))
        except OSError:
            return True
    return False


def _page_answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://{PAGE}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
