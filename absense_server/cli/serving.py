"""`absense-server serve` and `worker`: the processes that stay."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Annotated, Any

import structlog
import typer

from absense_server import checkup
from absense_server.adapters.metrics.children import ChildMetrics, counting_together
from absense_server.app import App, Listening
from absense_server.app.worker import Worker, WorkerUseless
from absense_server.cli.common import configure_log, explained, fail, read_settings
from absense_server.settings import Settings
from absense_server.supervisor import NotStarted, Supervisor
from absense_server.supervisor.lifeline import Lifeline
from absense_server.supervisor.ports import AddressTaken, reserved

_MOST_RESTARTS = 2
"""One that goes on, and one after it: that one finds whatever was set until it begins."""

log = structlog.get_logger()


def serve(
    workers: Annotated[
        int | None, typer.Option(min=1, help="Server processes; by default WORKERS, or one for each core.")
    ] = None,
) -> None:
    """Serve until told to stop (SIGTERM or Ctrl-C).

    SIGHUP: several processes are replaced, one at a time; a single one stops.
    """
    config = read_settings() if workers is None else read_settings(workers=workers)
    configure_log(config)
    with explained():
        checkup.prepare_folders(config)
        for finding in checkup.who_connects(config):
            if not finding.ok and not finding.fatal:
                log.warning("who connects", note=finding.text)
        if config.processes == 1:
            _run(_serve(config))
        else:
            _run(_supervise(config))


def serve_process(
    number: int,
    address: str,
    own_address: str,
    lifeline: Annotated[int, typer.Option(help="Descriptor of the socket to the parent.")],
) -> None:
    """Be one of several server processes; `serve` starts it."""
    config = read_settings()
    configure_log(config, process=number)
    with explained():
        share = config.of_process(number)
        _run(_serve_process(share, Listening(address, own_address, shared=True), lifeline))


def worker() -> None:
    """Look at selfies until told to stop: beside the servers, on this machine or on others. Needs PostgreSQL."""
    config = read_settings()
    configure_log(config)
    with explained():
        try:
            _run(_work(Worker(config)))
        except WorkerUseless as error:
            fail(str(error))


async def _serve(config: Settings) -> None:
    app = App(config)
    stopping = _told_to_stop()
    port = await app.start()
    log.info("serving", address=config.listen_address, port=port, demo_mode=config.demo_mode)
    _greet(config, port)
    await stopping.wait()
    log.info("stopping")
    await app.stop()
    log.info("stopped")


async def _serve_process(config: Settings, listening: Listening, descriptor: int) -> None:
    stopping = _told_to_stop()
    lifeline = Lifeline(descriptor, parent_died=stopping.set)
    lifeline.start()
    app = App(config)
    await app.start(listening=listening)
    lifeline.serving()
    log.info("process serving", address=listening.address, own_address=listening.own_address)
    await stopping.wait()
    log.info("stopping")
    await app.stop()
    log.info("stopped")
    lifeline.close()


async def _supervise(config: Settings) -> None:
    host = config.listen_address.rpartition(":")[0]
    numbers = range(config.processes)
    wanted = [config.listen_address, *(f"{host}:{config.own_port(number)}" for number in numbers)]
    try:
        with reserved(wanted) as (shared, *own), _metrics(config) as metrics:
            await _supervise_at(config, shared, own, metrics)
    except AddressTaken as error:
        fail(str(error))


@contextmanager
def _metrics(config: Settings) -> Iterator[ChildMetrics | None]:
    """Those of the processes together, where they are to be seen."""
    if not config.metrics_address:
        yield None
        return
    with counting_together() as metrics, closing(metrics.serve(config.metrics_address)):
        yield metrics


async def _supervise_at(config: Settings, shared: str, own: list[str], metrics: ChildMetrics | None) -> None:
    this_program = [sys.executable, "-P", "-m", "absense_server", "serve-process"]
    supervisor = Supervisor(
        [[*this_program, str(number), shared, address] for number, address in enumerate(own)],
        grace_seconds=config.shutdown_notice_seconds + config.shutdown_grace_seconds,
        environment={"WORKERS": str(config.processes), **({} if metrics is None else metrics.environment)},
        ended=(lambda _pid: None) if metrics is None else metrics.child_ended,
    )
    stopping = _told_to_stop(signal.SIGTERM, signal.SIGINT, again=supervisor.kill)
    starting = asyncio.create_task(supervisor.start())
    restarts: set[asyncio.Task[None]] = set()

    async def restart() -> None:
        with suppress(NotStarted):
            await asyncio.shield(starting)
            await supervisor.restart()

    def told_to_restart() -> None:
        if len(restarts) == _MOST_RESTARTS:
            return
        log.info("restarting, one process at a time")
        task = asyncio.create_task(restart())
        restarts.add(task)
        task.add_done_callback(restarts.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, told_to_restart)
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait([starting, told], return_when=asyncio.FIRST_COMPLETED)
    if not stopping.is_set():
        try:
            await starting
        except NotStarted:
            raise typer.Exit(1) from None  # the process has said why
        port = int(shared.rpartition(":")[2])
        log.info("serving", address=config.listen_address, port=port, demo_mode=config.demo_mode, own_addresses=own)
        _greet(config, port)
        await told
    log.info("stopping")
    await supervisor.stop()
    with suppress(NotStarted):
        await asyncio.gather(starting, told, *restarts)
    log.info("stopped")


async def _work(one: Worker) -> None:
    stopping = _told_to_stop()
    one.start()
    log.info("working")
    await stopping.wait()
    log.info("stopping")
    await one.stop()
    log.info("stopped")


def _told_to_stop(*signals: signal.Signals, again: Callable[[], None] | None = None) -> asyncio.Event:
    """Set by `signals`: SIGTERM, Ctrl-C and, unless it is ignored (nohup), SIGHUP, if none are named.

    `again`: called for the second one. Without it, that ends the process at once: a database that hangs can hold a
    thread for ever.
    """
    stopping = asyncio.Event()
    if not signals:
        signals = (signal.SIGTERM, signal.SIGINT)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signals += (signal.SIGHUP,)

    loop = asyncio.get_running_loop()

    def told() -> None:
        if again is None:
            for number in signals:
                loop.remove_signal_handler(number)
                signal.signal(number, signal.SIG_DFL)
        elif stopping.is_set():
            again()
        stopping.set()

    for number in signals:
        loop.add_signal_handler(number, told)
    return stopping


def _greet(config: Settings, port: int) -> None:
    if config.demo_mode:
        log.warning("DEMO MODE: known passwords and a known secret key; never expose this server")
        print(_what_to_try(port, with_tls=config.tls_files is not None), flush=True)


def _run(main: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


def _what_to_try(port: int, *, with_tls: bool) -> str:
    """What somebody who has just started a demo server can do next."""
    how = "-cacert ROOT.pem" if with_tls else "-plaintext"
    call = f"grpcurl {how} localhost:{port}"
    login = '\'{"login": "lecturer@absense.com", "password": "lecturer123"}\''
    return f"""
Absense is serving on localhost:{port} (demo mode). Try, in another terminal:

  make grpcurl && export PATH="$PWD/.venv/bin:$PATH"
  {call} list
  {call} absense.v1.AuthService/GetServerInfo
  {call.replace(how, f"{how} -d {login}")} absense.v1.AuthService/Login

  make demo      plays a whole lecture against a server of its own
  README.md      has the five-minute tour: open a session, watch codes, submit a claim

Stop with Ctrl-C.
"""
