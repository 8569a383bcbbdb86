"""What those who watch the server see, got as Prometheus gets it."""

import asyncio
import http.client
import re
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import grpc.aio
import prometheus_client
import pytest

from absense.v1 import auth_service_pb2, lecturer_service_pb2
from absense_server.adapters.metrics.process import ProcessMetrics
from absense_server.adapters.metrics.server import MetricsAddressInUse, MetricsServer
from absense_server.app import App
from absense_server.domain.ids import RecordId, UserId, VerificationId
from absense_server.ports.findings import NewVerification
from absense_server.settings import Settings
from tests.support.clock import HandClock
from tests.support.hall import Hall, Session, reason_of
from tests.support.metrics import Figures, scrape, until

README = Path(__file__).resolve().parents[2] / "README.md"
HANDLED = "grpc_server_handled_total"
VERDICTS = "absense_verdicts_total"


@pytest.fixture
async def hall(make_settings: Callable[..., Settings], clock: HandClock) -> AsyncIterator[Hall]:
    """The hall of the other tests, with its metrics to be seen."""
    app = App(make_settings(metrics_address="127.0.0.1:0"), clock=clock)
    port = await app.start(with_jobs=False)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        hall = Hall(app, clock, channel, port)
        await hall.furnish()
        yield hall
    await app.stop(grace=0)


async def figures(hall: Hall) -> Figures:
    """The figures now: what the server does once a second is done before."""
    await hall.app.pulse.beat()
    return await scrape(hall.app.metrics_port)


async def test_calls_are_counted_and_timed_by_method_and_code(hall: Hall) -> None:
    before = await figures(hall)
    for _ in range(3):
        await hall.auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest())
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await hall.login("nobody@example.edu")
    assert reason_of(refused.value) == "BAD_CREDENTIALS"
    refused_login = {"grpc_method": "Login", "grpc_code": "UNAUTHENTICATED"}
    after = await until(lambda: figures(hall), lambda seen: seen.sum(HANDLED, **refused_login) == 1)
    info = {
        "grpc_type": "unary",
        "grpc_service": "absense.v1.AuthService",
        "grpc_method": "GetServerInfo",
        "grpc_code": "OK",
    }
    assert before.sum(HANDLED, **info) == 0
    assert after.value(HANDLED, **info) == 3
    assert after.value("grpc_server_handling_seconds_count", **info) == 3
    assert after.value("grpc_server_handling_seconds_bucket", **info, le="+Inf") == 3
    assert after.value("grpc_server_handling_seconds_sum", **info) > 0


async def test_a_method_that_is_not_there_makes_no_series(hall: Hall) -> None:
    for method in ("/absense.v1.AuthService/Guess", "/made.up.Service/Method", "/"):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await hall.channel.unary_unary(method, bytes)(b"")
        assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED
    seen = await figures(hall)
    assert {"Login"} < seen.values_of("grpc_method")
    assert not {"Guess", "Method", "", "unknown"} & seen.values_of("grpc_method")


def test_what_is_not_in_the_contract_is_one_series_whatever_its_name() -> None:
    metrics = ProcessMetrics("1")
    calls = metrics.calls({"/a.B/Known": "unary"})
    for number in range(100):
        calls.observed(f"/a.B/Guess{number}", "NOT_FOUND", 0.1)
    calls.observed("/a.B/Known", "OK", 0.1)
    labels = {"grpc_type": "unknown", "grpc_service": "unknown", "grpc_method": "unknown", "grpc_code": "NOT_FOUND"}
    assert metrics.registry.get_sample_value(HANDLED, labels) == 100
    (family,) = (family for family in metrics.registry.collect() if family.name == "grpc_server_handled")
    assert len(family.samples) == 2


async def test_open_streams(hall: Hall) -> None:
    session = await hall.open_session()
    assert (await figures(hall)).value("absense_streams_open") == 0
    request = lecturer_service_pb2.WatchQrCodesRequest(session_id=session.id)
    streams = [hall.teacher.stub.WatchQrCodes(request, metadata=hall.teacher.metadata) for _ in range(2)]
    for stream in streams:
        await anext(aiter(stream))
    assert (await figures(hall)).value("absense_streams_open") == 2
    await session.close()  # which ends them
    for stream in streams:
        assert await stream.code() == grpc.StatusCode.OK
    ended = {"grpc_type": "server_stream", "grpc_method": "WatchQrCodes", "grpc_code": "OK"}
    seen = await until(lambda: figures(hall), lambda seen: seen.sum(HANDLED, **ended) == 2)
    assert seen.value("absense_streams_open") == 0


async def test_a_claims_verdicts_and_its_records_status(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    nothing = await figures(hall)
    assert nothing.sum(VERDICTS) == nothing.sum("absense_claims_total") == 0
    first = await ama.header(session, fix=None)
    for _ in range(2):  # sent again it is the same claim
        await ama.send(first)
    flagged = await figures(hall)
    assert flagged.value("absense_claims_total", status="FLAGGED") == flagged.sum("absense_claims_total") == 1
    assert flagged.value(VERDICTS, check="LOCATION", outcome="INCONCLUSIVE") == 1
    assert flagged.value(VERDICTS, check="QR_CODE", outcome="PASSED") == 1
    assert flagged.sum(VERDICTS) == 6
    await ama.submit(session)
    confirmed = await figures(hall)
    assert confirmed.value("absense_claims_total", status="CONFIRMED") == 1
    assert confirmed.value(VERDICTS, check="LOCATION", outcome="PASSED") == 1
    assert confirmed.value(VERDICTS, check="DEVICE", outcome="PASSED") == 2


async def test_a_refused_claim_gives_no_verdicts(hall: Hall) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ama.submit(session, proof=await outdated(hall, session))
    assert reason_of(refused.value) == "QR_CODE_EXPIRED"
    claim = {"grpc_type": "client_stream", "grpc_method": "SubmitAttendance", "grpc_code": "FAILED_PRECONDITION"}
    seen = await until(lambda: figures(hall), lambda seen: seen.sum(HANDLED, **claim) == 1)
    assert seen.sum(VERDICTS) == seen.sum("absense_claims_total") == 0


async def outdated(hall: Hall, session: Session) -> str:
    code = (await session.code()).text
    await hall.turn(70)
    return code


async def test_how_late_codes_come_to_a_screen(hall: Hall) -> None:
    session = await hall.open_session()
    await hall.turn(7)
    request = lecturer_service_pb2.WatchQrCodesRequest(session_id=session.id)
    screen = aiter(hall.teacher.stub.WatchQrCodes(request, metadata=hall.teacher.metadata))
    await anext(screen)
    assert (await figures(hall)).value("absense_qr_step_lateness_seconds_count") == 0  # it came late itself
    for late in (43.25, 50.5):
        await hall.turn(late)
        assert not (await anext(screen)).HasField("waiting")
    seen = await figures(hall)
    assert seen.value("absense_qr_step_lateness_seconds_count") == 2
    assert seen.value("absense_qr_step_lateness_seconds_sum") == pytest.approx(0.25 + 0.75)
    assert seen.value("absense_qr_step_lateness_seconds_bucket", le="0.25") == 1
    await session.close()


async def test_the_queue_of_selfies_and_how_old_it_is(hall: Hall) -> None:
    session = await hall.open_session()
    before = await figures(hall)
    assert before.value("absense_verification_queue") == before.value("absense_verification_queue_age_seconds") == 0
    for _ in range(2):
        ama = await hall.student()
        record = (await ama.submit(session)).record
        with hall.app.uow() as tx:
            tx.verifications.add(
                NewVerification(
                    VerificationId(uuid.uuid4()),
                    RecordId(uuid.UUID(record.id)),
                    1,
                    UserId(uuid.UUID(ama.id)),
                    hall.clock.now(),
                )
            )
            tx.commit()
        await hall.turn(3.5)
    seen = await figures(hall)
    assert seen.value("absense_verification_queue") == 2
    assert seen.value("absense_verification_queue_age_seconds") == 7


async def test_work_waiting_and_running_and_connections_in_use(hall: Hall) -> None:
    pool = hall.app.outside.db_threads
    held = threading.Event()
    taken = threading.Barrier(pool.size + 1)

    def hold() -> None:
        with hall.app.uow(read_only=True) as tx:
            tx.users.credentials("nobody")
            taken.wait(30)
            held.wait(30)

    calls = [asyncio.create_task(pool.run(hold)) for _ in range(pool.size)]
    await asyncio.to_thread(taken.wait, 30)
    calls += [asyncio.create_task(pool.run(lambda: None)) for _ in range(3)]
    await asyncio.sleep(0)
    seen = await figures(hall)
    held.set()
    await asyncio.gather(*calls)
    assert seen.value("absense_thread_pool_size", pool="db") == pool.size
    assert seen.value("absense_thread_pool_running", pool="db") == pool.size
    assert seen.value("absense_thread_pool_waiting", pool="db") == 3
    pools = {"db", "claims", "jobs", "housekeeping", "reports", "imports"}
    pools |= {"login", "register", "password", "drawing", "files", "mail", "readiness"}
    assert seen.values_of("pool") == pools
    assert seen.value("absense_database_pool_in_use") == pool.size
    assert seen.value("absense_database_pool_size") > pool.size
    after = await figures(hall)
    assert after.value("absense_thread_pool_running", pool="db") == 0
    assert after.value("absense_thread_pool_waiting", pool="db") == 0
    assert after.value("absense_database_pool_in_use") == 0


async def test_what_the_process_says_of_itself(hall: Hall) -> None:
    seen = await figures(hall)
    assert seen.value("absense_build_info", version="0.1.0") == 1
    assert seen.value("process_resident_memory_bytes") > 0
    assert seen.value("python_info") == 1
    assert not [sample.name for sample in seen.samples if sample.name.endswith("_created")]


async def test_the_pulse_beats_by_itself(make_settings: Callable[..., Settings]) -> None:
    app = App(make_settings(metrics_address="127.0.0.1:0"))
    await app.start()
    beats = "absense_event_loop_lateness_seconds_count"
    seen = await until(lambda: scrape(app.metrics_port), lambda seen: seen.value(beats) > 2)
    await app.stop(grace=0)
    assert seen.value("absense_thread_pool_size", pool="db") == app.outside.db_threads.size


async def test_nothing_else_is_served_there(hall: Hall) -> None:
    def answer(path: str, method: str = "GET") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", hall.app.metrics_port, timeout=30)
        connection.request(method, path)
        with closing(connection):
            return connection.getresponse().status

    assert await asyncio.to_thread(answer, "/metrics?name[]=absense_streams_open") == 200
    for path in ("/", "/metrics/", "/../etc/passwd", "/favicon.ico"):
        assert await asyncio.to_thread(answer, path) == 404
    assert await asyncio.to_thread(answer, "/metrics", "POST") == 501


async def test_an_address_taken_is_said_and_freed_in_the_end(make_settings: Callable[..., Settings]) -> None:
    first = App(make_settings(metrics_address="127.0.0.1:0"))
    await first.start(with_jobs=False)
    address = f"127.0.0.1:{first.metrics_port}"
    second = App(make_settings(metrics_address=address))
    with pytest.raises(MetricsAddressInUse, match=rf"^{address} .* METRICS_ADDRESS"):
        await second.start(with_jobs=False)
    second.close()
    await first.stop(grace=0)
    MetricsServer(first.outside.metrics.registry, address).close()


async def test_without_an_address_nothing_is_served(make_settings: Callable[..., Settings]) -> None:
    app = App(make_settings())
    await app.start(with_jobs=False)
    assert app.metrics_port is None
    assert "metrics" not in {thread.name for thread in threading.enumerate()}
    await app.stop(grace=0)


async def test_ipv6(make_settings: Callable[..., Settings]) -> None:
    server = MetricsServer(ProcessMetrics("1").registry, "[::1]:0")
    assert server.port
    server.close()


def all_metrics() -> ProcessMetrics:
    metrics = ProcessMetrics("1")
    metrics.calls({})
    metrics.watch_streams(lambda: 0)
    metrics.watch_threads({})
    metrics.watch_connections(SimpleNamespace(size=int, checkedout=int))
    metrics.watch_engine(SimpleNamespace(workers=0, ready=0, waiting=0))
    return metrics


def test_the_readme_names_every_metric() -> None:
    text = README.read_text(encoding="utf-8")
    table = text[text.index("## Watching it") : text.index("## Faces")]
    named = set(re.findall(r"\b(?:absense|grpc_server)_[a-z_]+\b", table))
    families = [family for family in all_metrics().registry.collect() if family.name.startswith(("absense_", "grpc_"))]
    assert named == {f"{one.name}_total" if one.type == "counter" else one.name for one in families}


def test_what_a_dead_process_had_open_is_gone() -> None:
    collectors = all_metrics().registry._names_to_collectors.values()
    gauges = [one for one in collectors if isinstance(one, prometheus_client.Gauge)]
    assert len(gauges) > 10
    assert {gauge._multiprocess_mode[:4] for gauge in gauges} == {"live"}
