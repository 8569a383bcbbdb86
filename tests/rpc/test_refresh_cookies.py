"""The refresh token of a page in a browser: a cookie that is set, read and deleted, and that is in no answer."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
from hypothesis import given
from hypothesis import strategies as st

from absense.v1 import auth_service_pb2 as pb
from absense_server.rpc import cookies
from tests.rpc.test_accounts import current, violations
from tests.rpc.test_sign_ins import why_not
from tests.rpc.test_uploads import refusal
from tests.support.hall import PASSWORD, Hall, Student, timestamp

DAY = 24 * 3600
NAME = "__Secure-absense-refresh"
BY_PAGE = ("x-grpc-web", "1")
Status = grpc.StatusCode
SIGN_IN_AGAIN = (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")


def set_cookies(metadata: Any) -> list[str]:
    return [value for key, value in metadata if key == "set-cookie"]


@dataclass
class Page:
    """A page in a browser, with what the browser keeps for it."""

    hall: Hall
    token: str = ""
    """The access token, in the page's memory."""
    cookie: str = ""
    """The refresh token, out of its reach."""

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a call of AuthService carries."""
        return (
            BY_PAGE,
            *([("authorization", f"Bearer {self.token}")] if self.token else []),
            *([("cookie", f"theme=dark; {NAME}={self.cookie}")] if self.cookie else []),
        )

    async def done(self, call: Any) -> Any:
        """The answer; the browser does what it was told to about its cookie."""
        answer = await call
        for one in set_cookies(await call.initial_metadata()):
            name, _, rest = one.partition("=")
            self.cookie, _, attributes = rest.partition("; ")
            assert name == NAME
            path, max_age, *others = attributes.split("; ")
            assert (path, others) == ("Path=/absense.v1.AuthService/", ["HttpOnly", "Secure", "SameSite=Strict"])
            self.max_age = int(max_age.removeprefix("Max-Age="))
        assert not set_cookies(await call.trailing_metadata())
        return answer

    async def login(self, email: str) -> pb.LoginResponse:
        request = pb.LoginRequest(login=email, password=PASSWORD, refresh_token_in_cookie=True)
        answer: pb.LoginResponse = await self.done(self.hall.auth.Login(request, metadata=self.metadata))
        self.token = answer.access_token
        return answer

    async def refresh(self, request_id: uuid.UUID | None = None) -> pb.RefreshTokenResponse:
        answer: pb.RefreshTokenResponse = await self.done(exchange(self.hall, self.metadata, request_id))
        self.token = answer.access_token
        return answer

    async def logout(self) -> None:
        await self.done(self.hall.auth.Logout(pb.LogoutRequest(), metadata=self.metadata))


def exchange(hall: Hall, metadata: Any, request_id: uuid.UUID | None = None, token: str = "") -> Any:
    request = pb.RefreshTokenRequest(refresh_token=token, request_id=str(request_id or uuid.uuid4()))
    return hall.auth.RefreshToken(request, metadata=metadata)


async def page_of(hall: Hall) -> tuple[Page, Student]:
    """A page that has signed in, and who it is."""
    ama = await hall.student(phone=False)
    page = Page(hall)
    await page.login(ama.email)
    return page, ama


def cookie(*headers: str) -> tuple[tuple[str, str], ...]:
    return (BY_PAGE, *(("cookie", header) for header in headers))


# Through the contract


async def test_a_pages_sign_in_begins_goes_on_and_ends_with_a_cookie(hall: Hall) -> None:
    ama, page = await hall.student(phone=False), Page(hall)
    login = await page.login(ama.email)
    assert login.refresh_token == ""
    assert login.refresh_token_expire_time == timestamp(hall.clock.now() + timedelta(days=30))
    assert page.max_age == 30 * DAY
    first = page.cookie
    await hall.turn(16 * 60)
    page.token = ""  # opened anew
    answer = await page.refresh()
    assert (answer.user.id, answer.refresh_token) == (ama.id, "")
    assert (await current(hall, page.token)).id == ama.id
    assert page.cookie not in {"", first}
    hall.clock.turn(20 * DAY)
    await page.refresh()
    # no longer than the sign-in
    for _ in range(6):
        hall.clock.turn(25 * DAY)
        await page.refresh()
    assert page.max_age == (180 - 20 - 6 * 25) * DAY - 16 * 60
    last = page.cookie
    await hall.app.jobs.poll_revocations()
    await page.logout()
    assert (page.cookie, page.max_age) == ("", 0)
    assert await why_not(exchange(hall, cookie(f"{NAME}={last}"))) == SIGN_IN_AGAIN
    assert await why_not(exchange(hall, page.metadata)) == SIGN_IN_AGAIN


async def test_without_a_page_nothing_of_it_shows(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    request = pb.LoginRequest(login=ama.email, password=PASSWORD)
    login = hall.auth.Login(request, metadata=cookie(f"{NAME}=absr_x"))
    ama.token, ama.refresh_token = (await login).access_token, (await login).refresh_token
    # the token in the message counts, whatever cookie there is, and goes on in messages
    again = exchange(hall, cookie(f"{NAME}=absr_x"), token=ama.refresh_token)
    assert (await again).refresh_token
    logout = hall.auth.Logout(pb.LogoutRequest(), metadata=ama.metadata)
    await logout
    for call in (login, again, logout):
        assert not set_cookies(await call.initial_metadata())


async def test_an_answer_that_was_lost_comes_again_as_a_cookie_too(hall: Hall) -> None:
    page, _ = await page_of(hall)
    before, request_id = page.cookie, uuid.uuid4()
    await page.refresh(request_id)
    after, page.cookie = page.cookie, before  # nothing of it came
    await hall.turn(60)
    await page.refresh(request_id)
    assert (page.cookie, page.max_age) == (after, 30 * DAY - 60)
    # the cookie came, the rest was lost
    await page.refresh(request_id)
    assert page.cookie != after
    await page.refresh()


async def test_a_cookie_used_again_ends_its_sign_in_and_no_answer_to_it_deletes_another(hall: Hall) -> None:
    page, ama = await page_of(hall)
    stolen = page.cookie
    await page.refresh()
    late = exchange(hall, cookie(f"{NAME}={stolen}"))
    assert await why_not(late) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED")
    dead = exchange(hall, page.metadata)
    assert await why_not(dead) == SIGN_IN_AGAIN
    for call in (late, dead):
        assert not set_cookies(await call.initial_metadata())
    page.token = ""
    await page.login(ama.email)  # over what is still there
    await page.refresh()


async def test_cookies_that_sign_nobody_in(hall: Hall) -> None:
    page, _ = await page_of(hall)
    another = f"{NAME}=absr_{43 * 'A'}"
    for headers in (
        (),
        ("theme=dark",),
        (NAME,),
        (f"{NAME}=",),
        (f'{NAME}=""',),
        ("=; ;;= ;==",),
        (f"{NAME}=absr_nonsense",),
        (f"{NAME.lower()}={page.cookie}",),
        (f"x{NAME}={page.cookie}",),
        (f"{NAME}={page.cookie}x",),
        # which of them is the user's?
        (f"{NAME}={page.cookie}; {another}",),
        (another, f"{NAME}={page.cookie}"),
    ):
        assert await why_not(exchange(hall, cookie(*headers))) == SIGN_IN_AGAIN, headers
    await page.refresh()


async def test_a_cookie_is_found_among_others(hall: Hall) -> None:
    page, _ = await page_of(hall)
    for headers in (
        ('a[b]={"c": "d"}; e', f"{NAME}=TOKEN", "f=1"),
        (f'g="h=1; {NAME}="TOKEN" ;i',),
        (f"{NAME}=TOKEN; {NAME}=TOKEN; {NAME}=",),
    ):
        await page.done(exchange(hall, cookie(*(one.replace("TOKEN", page.cookie) for one in headers))))


async def test_a_cookie_counts_only_in_calls_that_another_origin_needs_leave_for(hall: Hall) -> None:
    page, ama = await page_of(hall)
    held = (("cookie", f"{NAME}={page.cookie}"),)
    assert await why_not(exchange(hall, held)) == SIGN_IN_AGAIN
    await page.refresh()  # it was left as it was
    request = pb.LoginRequest(login=ama.email, password=PASSWORD, refresh_token_in_cookie=True)
    error = await refusal(hall.auth.Login(request))
    assert violations(error)[0][0] == "refresh_token_in_cookie"


async def test_asking_without_a_cookie_uses_up_nothing_and_with_one_that_one_alone(hall: Hall) -> None:
    page, _ = await page_of(hall)
    other, _ = await page_of(hall)
    for _ in range(30):  # of all who open the page in a lecture hall
        assert await why_not(exchange(hall, (BY_PAGE,))) == SIGN_IN_AGAIN
    used = page.cookie
    request_id = uuid.uuid4()
    for _ in range(10):
        await exchange(hall, cookie(f"{NAME}={used}"), request_id)
    assert await why_not(exchange(hall, cookie(f"{NAME}={used}"), request_id)) == (
        Status.RESOURCE_EXHAUSTED,
        "RATE_LIMITED",
    )
    await other.refresh()


# As text


CHARACTERS = st.text(st.sampled_from(f'{NAME}=;" ,\\\x00é\ud800') | st.characters(), max_size=60)
METADATA = st.lists(
    st.tuples(
        st.sampled_from(["cookie", "x-grpc-web", "cookie-bin"]),
        CHARACTERS | st.binary(max_size=9) | st.just(f"{NAME}=a"),
    ),
    max_size=5,
)


@given(METADATA)
def test_any_metadata_is_read(metadata: list[tuple[str, str | bytes]]) -> None:
    found = cookies.refresh_token(metadata)
    if found is not None:
        assert found
        assert cookies.is_by_page(metadata)
        assert cookies.is_carried(metadata)


TOKENS = st.from_regex(r"absr_[\w-]{43}", fullmatch=True)
OTHERS = st.lists(
    st.text(st.characters(exclude_characters=";"), max_size=20).filter(lambda one: not one.strip().startswith(NAME)),
    max_size=3,
)


@given(TOKENS, OTHERS, OTHERS, st.booleans(), st.integers(-10, 10**9))
def test_what_was_kept_is_found_again_whatever_is_beside_it(
    token: str, before: list[str], after: list[str], split: bool, seconds: int
) -> None:
    key, text = cookies.keep(token, timedelta(seconds=seconds))
    assert key == "set-cookie"
    pair, *attributes = text.split("; ")
    assert f"Max-Age={max(0, seconds)}" in attributes
    sent = [*before, pair, *after]
    headers = sent if split else [";".join(sent)]
    assert cookies.refresh_token([BY_PAGE, *(("cookie", header) for header in headers)]) == token
