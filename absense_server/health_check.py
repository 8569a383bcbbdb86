"""`absense-health`: asks a server of this machine for its health, as containers are asked for theirs.

A program of its own, because it is started every few seconds: it imports nothing of the server but its settings.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from absense_server import settings
from absense_server.settings import Settings, SettingsInvalid

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - nothing is bound
_ANSWER = health_pb2.HealthCheckResponse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 when the service is SERVING, 1 when it is not or nobody answers."""
    parser = argparse.ArgumentParser(prog="absense-health", description="Ask a server for its health (grpc.health.v1).")
    parser.add_argument("--service", default="", help="such as absense.Process; by default the server as a whole")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long to wait for the answer (5)")
    given = parser.parse_args(arguments)
    try:
        config = settings.load()
        with _channel(config) as channel:
            request = health_pb2.HealthCheckRequest(service=given.service)
            stub: Any = health_pb2_grpc.HealthStub(channel)
            status = stub.Check(request, timeout=given.seconds).status
    except (SettingsInvalid, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}", file=sys.stderr)
        return 1
    print(_ANSWER.ServingStatus.Name(status))
    return int(status != _ANSWER.SERVING)


def _nearby(listen_address: str) -> str:
    """Where this machine reaches what listens there."""
    host, _, port = listen_address.rpartition(":")
    return f"{_LOOPBACK.get(host, host)}:{port}"


def _channel(config: Settings) -> grpc.Channel:
    address = _nearby(config.listen_address)
    # never through a proxy that the environment names
    options: list[tuple[str, str | int]] = [("grpc.enable_http_proxy", 0)]
    if config.tls_files is None:
        return grpc.insecure_channel(address, options)
    certificate = config.tls_files[0].read_bytes()
    # what is asked is the server with this very certificate, by whatever name others call it
    options.append(("grpc.ssl_target_name_override", _first_name(certificate)))
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(certificate), options)


def _first_name(certificate: bytes) -> str:
    from cryptography import x509  # noqa: PLC0415 - not needed without TLS

    names = x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return str(next(iter(names.value)).value)


if __name__ == "__main__":
    sys.exit(main())
