"""Envoy's configuration: envoy.yaml, with the addresses of this installation put in."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from absense_proxy.settings import Address, Settings

SOURCE = Path(__file__).parent / "envoy.yaml"
PLAIN, TLS = "public", "public_tls"


class PageMissing(Exception):
    """The page was not built."""


def configuration(settings: Settings) -> dict[str, Any]:
    """What Envoy is started with.

    Raises PageMissing when the folder of the page does not hold all of its files.
    """
    whole: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    resources = whole["static_resources"]
    whole["admin"]["address"] = _address(settings.admin)

    name = PLAIN if settings.certificate is None else TLS
    [listener] = resources["listeners"] = [one for one in resources["listeners"] if one["name"] == name]
    listener["address"] = _address(settings.listen)
    [chain] = listener["filter_chains"]
    if settings.certificate is not None:
        context = chain["transport_socket"]["typed_config"]["common_tls_context"]
        context["tls_certificates"] = [
            {
                "certificate_chain": {"filename": str(settings.certificate)},
                "private_key": {"filename": str(settings.key)},
            }
        ]
    routes = chain["filters"][0]["typed_config"]["route_config"]
    _place_page(routes, settings)
    [host] = routes["virtual_hosts"]
    cors = host["typed_per_filter_config"]["cors"]
    cors["allow_origin_string_match"] = [
        {"safe_regex": {"regex": ".*"}} if origin == "*" else {"exact": origin} for origin in settings.origins
    ]
    cors["allow_credentials"] = settings.credentials
    if settings.certificate is not None:
        routes["response_headers_to_add"].append(
            {"header": {"key": "strict-transport-security", "value": "max-age=31536000"}}
        )

    [cluster] = resources["clusters"]
    cluster["load_assignment"]["endpoints"] = [
        {"lb_endpoints": [{"endpoint": {"address": _address(one)}} for one in settings.upstreams]}
    ]
    if settings.calls_from:
        cluster["upstream_bind_config"] = {"source_address": {"address": settings.calls_from, "port_value": 0}}
    return whole


def _place_page(routes: dict[str, Any], settings: Settings) -> None:
    [host] = routes["virtual_hosts"]
    if settings.page is None:
        host["routes"] = [route for route in host["routes"] if _file_of(route) is None]
        return
    for route in host["routes"]:
        if (body := _file_of(route)) is not None:
            file = settings.page / Path(body["filename"]).name
            if not file.is_file():
                raise PageMissing(f"{file} is not there: the page was not built (make page)")
            body["filename"] = str(file.absolute())
            for parameter in route["match"].get("query_parameters", []):
                # as web/vite.config.ts names them in index.html
                parameter["string_match"] = {"exact": hashlib.sha256(file.read_bytes()).hexdigest()[:16]}
    if settings.images:
        url = urlsplit(settings.images)
        for header in _policies(routes):
            header["value"] = re.sub(r"(img-src [^;]*)", rf"\1 {url.scheme}://{url.netloc}", header["value"])


def _file_of(route: dict[str, Any]) -> dict[str, Any] | None:
    body: dict[str, Any] = route.get("direct_response", {}).get("body", {})
    return body if "filename" in body else None


def _policies(routes: dict[str, Any]) -> Iterator[dict[str, str]]:
    for host in routes["virtual_hosts"]:
        for route in host["routes"]:
            for added in route.get("response_headers_to_add", []):
                if added["header"]["key"] == "content-security-policy":
                    yield added["header"]


def _address(address: Address) -> dict[str, Any]:
    return {"socket_address": {"address": address.host, "port_value": address.port}}
