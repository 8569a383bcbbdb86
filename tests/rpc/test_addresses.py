"""Whose address a call is counted by: the peer's, or what listed proxies say, and never what the caller writes."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.rpc.addresses import FORWARDED_FOR, UNIX, TrustedProxies, peer_address
from absense_server.rpc.calls import Metadata

CLIENT = "198.51.100.9"
INSIDE = ("10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48", UNIX)
PROXIES = TrustedProxies(INSIDE)
PROXY = "ipv4:10.1.2.3:4567"

peers = st.sampled_from([PROXY, "ipv4:192.0.2.7:1", "ipv6:%5B2001:db8:1::5%5D:80", "ipv6:[::ffff:10.9.9.9]:7", "unix:"])
insiders = st.sampled_from(["10.0.0.1", "10.255.1.2:80", "192.0.2.7", "[2001:db8:1::1]:443", "::ffff:10.0.0.9"])
headers = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)
addresses = st.ip_addresses().map(str).filter(lambda text: not text.startswith("10.") and text != "192.0.2.7")
outsiders = addresses.filter(
    lambda text: not text.startswith("2001:db8:1:") and getattr(ip_address(text), "ipv4_mapped", None) is None
)


def forwarded(*values: str) -> Metadata:
    return (("x-other", "1.1.1.1"), *((FORWARDED_FOR, value) for value in values))


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:192.0.2.7:567", "192.0.2.7"),
        ("ipv6:%5B::1%5D:567", "::1"),
        ("ipv6:[2001:DB8::1]:567", "2001:db8::1"),
        ("ipv6:%5B::ffff:192.0.2.7%5D:567", "192.0.2.7"),
        ("ipv6:%5Bfe80::1%25eth0%5D:567", "fe80::1"),
        ("ipv6:nonsense", "nonsense"),
        ("unix:", "unix"),
        ("unix:/run/absense.sock", "unix"),
        ("", "unknown"),
    ],
)
def test_the_address_of_a_peer(peer: str, address: str) -> None:
    assert peer_address(peer) == address
    assert TrustedProxies().address_of(peer, ((FORWARDED_FOR, CLIENT),)) == address


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ((), "10.1.2.3"),
        (("",), "10.1.2.3"),
        ((" , ,, ",), "10.1.2.3"),
        ((CLIENT,), CLIENT),
        ((f" {CLIENT}\t",), CLIENT),
        ((f"{CLIENT}:51000",), CLIENT),
        (("2001:DB8::9",), "2001:db8::9"),
        (("[2001:db8::9]",), "2001:db8::9"),
        (("[2001:db8::9]:51000",), "2001:db8::9"),
        (("::ffff:198.51.100.9",), CLIENT),
        (("fe80::1%eth0",), "fe80::1"),
        # what stands further left is the caller's own invention
        ((f"192.0.2.1, {CLIENT}",), CLIENT),
        ((f"10.0.0.1,{CLIENT}, 10.0.0.2, 192.0.2.7",), CLIENT),
        (("192.0.2.1", CLIENT), CLIENT),
        ((f"192.0.2.1, {CLIENT}", "10.0.0.2", ""), CLIENT),
        (("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        # what cannot be read is nobody's: the last proxy that could be stands for it
        (("unknown",), "10.1.2.3"),
        ((f"{CLIENT}, unknown, 10.0.0.2",), "10.0.0.2"),
        (("192.0.2.1.5, 10.0.0.2",), "10.0.0.2"),
        (("unix",), "10.1.2.3"),
        ((f"{CLIENT}:",), "10.1.2.3"),
        ((f"{CLIENT}:99999",), "10.1.2.3"),
        ((f"{CLIENT}:-1",), "10.1.2.3"),
        (("[2001:db8::9",), "10.1.2.3"),
        (("[2001:db8::9]51000",), "10.1.2.3"),
        ((f"[{CLIENT}]",), "10.1.2.3"),
        (("010.0.0.9",), "10.1.2.3"),
        (('"198.51.100.9"',), "10.1.2.3"),
        ((",".join(["192.0.2.1"] * 100_000 + [CLIENT]),), CLIENT),
        ((",".join([CLIENT] + ["10.0.0.2"] * 2_000),), CLIENT),
    ],
)
def test_a_listed_proxy_says_whose_call_it_passes_on(values: tuple[str, ...], address: str) -> None:
    assert PROXIES.address_of(PROXY, forwarded(*values)) == address


def test_a_binary_header_says_nothing() -> None:
    assert PROXIES.address_of(PROXY, ((FORWARDED_FOR, b"198.51.100.9"),)) == "10.1.2.3"


@given(peers, headers, outsiders, st.lists(insiders, max_size=4), st.booleans())
def test_nobody_behind_listed_proxies_can_write_another_address(
    peer: str, forged: str, client: str, way: list[str], in_headers_of_their_own: bool
) -> None:
    """Whatever a caller sends along, it is what the first proxy wrote behind it that counts."""
    entries = [forged, client, *way]
    metadata = forwarded(*entries) if in_headers_of_their_own else forwarded(", ".join(entries))
    assert PROXIES.address_of(peer, metadata) == client


@given(outsiders, headers)
def test_nobody_else_is_believed(client: str, forged: str) -> None:
    peer = f"ipv4:{client}:50" if ":" not in client else f"ipv6:[{client}]:50"
    assert PROXIES.address_of(peer, forwarded(forged)) == client


@given(peers, st.lists(headers, max_size=3))
def test_whatever_stands_there_there_is_an_address(peer: str, values: list[str]) -> None:
    told = PROXIES.address_of(peer, forwarded(*values))
    assert told == UNIX or str(ip_address(told)) == told
