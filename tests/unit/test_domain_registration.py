"""Who may register."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from absense_server.adapters.email_addresses import EmailAddresses
from absense_server.domain.errors.accounts import EmailNotAccepted, NumberNotAccepted
from absense_server.domain.passwords import MAX_LENGTH, MIN_LENGTH, Owner, password_faults
from absense_server.domain.people import Role, UserState, normalize_email
from absense_server.domain.registration import RegistrationRule, RegistrationRules, confirmed_state, is_domain, is_quick

LABELS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=10)
DOMAINS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)
OWNER = Owner("ama.mensah@example.edu", "Ama Mensah", ("10-987654", "AB 12345678", ""))


def accepts(email: str, *domains: str) -> bool:
    try:
        RegistrationRule(domains).require_email(email)
    except EmailNotAccepted:
        return False
    return True


@given(DOMAINS, DOMAINS)
def test_a_domain_is_itself_and_a_star_what_is_below_it(domain: str, other: str) -> None:
    assert is_domain(domain)
    assert is_domain(f"*.{domain}")
    assert accepts(f"ama@{domain}")
    assert accepts(f"ama@{domain}", domain)
    assert accepts(f"ama@{other}", domain) == (other == domain)
    assert accepts(f"ama@{other}.{domain}", f"*.{domain}")
    assert not accepts(f"ama@{domain}", f"*.{domain}")
    assert not accepts(f"ama@x{domain}", domain, f"*.{domain}")
    assert not accepts(f"{domain}@nowhere.org", domain, f"*.{domain}")
    assert accepts(f"ama@cs.{domain}", f"{other}.org", domain, f"*.{domain}")


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "edu", "*.edu", ".example.edu", "example..edu", "ama@example.edu", "exa mple.edu",
             "*.*.edu", "a*.edu", "-a.edu", "a-.edu", "EXAMPLE.edu", "straße.de", "example.edu\n"],
)  # fmt: skip
def test_what_is_no_domain(text: str) -> None:
    assert not is_domain(text)


@given(st.from_regex(r"S[0-9]{7}", fullmatch=True), st.text(min_size=1))
def test_a_number_matches_as_a_whole(number: str, more: str) -> None:
    rule = RegistrationRule(number_pattern=r"S[0-9]{7}|T[0-9]+")
    rule.require_number(number)
    for wrong in ("", more + number, f"{number}\n"):
        with pytest.raises(NumberNotAccepted):
            rule.require_number(wrong)
    with pytest.raises(NumberNotAccepted):  # as with apps, which are told the pattern
        RegistrationRule(number_pattern=r"\d{4}").require_number("١٢٣٤")
    RegistrationRule().require_number(more)
    RegistrationRule().require_number("")


@pytest.mark.parametrize("confirms", [True, False])
def test_where_an_account_begins_and_goes_on(*, confirms: bool) -> None:
    rules = RegistrationRules(confirms_email=confirms)
    later = {Role.STUDENT: UserState.ACTIVE, Role.LECTURER: UserState.PENDING_APPROVAL}
    assert {role: confirmed_state(role) for role in later} == later
    assert {role: rules.first_state(role) for role in later} == (
        dict.fromkeys(later, UserState.PENDING_EMAIL) if confirms else later
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ama@Example.EDU", "ama@example.edu"),
        (" ama+hall@example.edu ", "ama+hall@example.edu"),
        # not strasse.de, which is somebody else's
        ("ama@straße.de", "ama@xn--strae-oqa.de"),
        ("ama@XN--STRAE-OQA.de", "ama@xn--strae-oqa.de"),
    ],
)
def test_an_address_has_one_form(typed: str, kept: str) -> None:
    assert EmailAddresses().normalized(typed) == kept == normalize_email(kept) == EmailAddresses().normalized(kept)


@pytest.mark.parametrize(
    "typed", ["", "ama", "ama@", "@example.edu", "a b@example.edu", '"a b"@example.edu', "ama@[127.0.0.1]", "ama@local",
              "ama@example.edu\nBcc: all@example.edu", "ämä@example.edu", "ama@\ud800.edu"],
)  # fmt: skip
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(EmailNotAccepted):
        EmailAddresses().normalized(typed)


# Passwords


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("é" * 8, ""),
        ("e\u0301" * 8, ""),
        ("e\u0301" * 7, "it has fewer than 8 characters"),
        ("x" * 256, ""),
        ("x" * 257, "it has more than 256 characters"),
        ("ﷺ" * 15, "it has more than 256 characters"),
        ("a long\0pass\0phrase", ""),
        ("half a character \ud83d", "it has characters that are none"),
        ("AMA.mensah@EXAMPLE.EDU", "it is the e-mail address"),
        ("ama.mensah", "it is the e-mail address"),
        ("10-987654", "it is the institution number"),
        ("ａｂ12345678", "it is the institution number"),  # noqa: RUF001 - full width, without the space
        ("amamensah", "it is the name"),
        ("AMA  Mensah ", "it is the name"),
        ("ama mensah 2026", ""),
    ],
)
def test_what_is_wrong_with_a_password(password: str, fault: str) -> None:
    assert password_faults(password, OWNER, is_common=False) == ([fault] if fault else [])
    assert password_faults(password, OWNER, is_common=True)[-1] == "it is on a list of common passwords"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_of_any_characters_only_their_number_counts(password: str) -> None:
    faults = password_faults(password, Owner("x@y.zz", "-"), is_common=False)
    assert [fault for fault in faults if not re.search("characters$|address$|name$", fault)] == []
    if MAX_LENGTH >= len(password) >= MIN_LENGTH and password.isascii() and password.isprintable():
        assert faults == []


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "S[0-9]{7}",
        r"\d+",
        "[*+(|]+",
        r"(?:\(\*\+\))+",
        "([A-Z]{2})+",
        "([A-Z]+-?)?[0-9]{4,8}",
        "(?P<year>20[0-9]{2})/(A|B+)",
    ],
)
def test_patterns_that_decide_soon(pattern: str) -> None:
    assert is_quick(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["([A-Z0-9]+-?)+", r"(?:\d*){9}", "(a|[a-z])*", "((a?)b)+", "(([0-9]{1,2})){2,}", "(x)(?P<n>y+)*", "([]a]+)*"],
)
def test_patterns_that_could_take_for_ever(pattern: str) -> None:
    assert not is_quick(pattern)
