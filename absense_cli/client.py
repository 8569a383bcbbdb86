"""Calls as somebody who is signed in: tokens are renewed, waits are kept, failures become sentences."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self

import grpc
from google.protobuf.message import Message

from absense_cli import contract, output
from absense_cli.channel import open_channel
from absense_cli.contract import Method
from absense_cli.errors import FORGET, CliError, ExitCode, Failure, explain, read
from absense_cli.profiles import Profile, Profiles
from absense_cli.retry import Patience
from absense_cli.tokens import Tokens

CALL_SECONDS = 60.0
PAGE_SIZE = 200
_RENEW = frozenset({"TOKEN_EXPIRED", "TOKEN_INVALID"})


class Client:
    """A server, as one person sees it."""

    def __init__(self, profiles: Profiles, profile: Profile) -> None:
        self.profile = profile
        self._channel = open_channel(profile)
        self._tokens = Tokens(profiles, profile, self.bare)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    @property
    def is_admin(self) -> bool:
        return self.profile.role == "ROLE_ADMIN"

    def call(self, name: str, /, **fields: Any) -> Any:
        """One request, one answer. Fields are those of the contract's request."""
        method = self._method(name)
        request = method.request(**fields)
        repeatable = method.may_repeat(request)
        send = self._unary(method)
        return self._signed(
            method, lambda metadata: send(request, timeout=CALL_SECONDS, metadata=metadata), repeatable=repeatable
        )

    def pages(self, name: str, field: str, limit: int = 0, /, **fields: Any) -> Any:
        """All pages of a list as one answer; with a limit, that many at most: next_page_token says if there is more."""
        whole = None
        token = ""
        while True:
            size = min(PAGE_SIZE, limit - len(getattr(whole, field))) if limit and whole else min(PAGE_SIZE, limit)
            page = self.call(name, page_size=size or PAGE_SIZE, page_token=token, **fields)
            if whole is None:
                whole = page
            else:
                getattr(whole, field).extend(getattr(page, field))
                whole.next_page_token = page.next_page_token
            token = page.next_page_token
            if not token or (limit and len(getattr(whole, field)) >= limit):
                return whole

    def stream(self, name: str, /, **fields: Any) -> Iterator[Any]:
        """One request, many answers. What fails before the first is tried again (all streams read); after it, not."""
        method = self._method(name)
        request = method.request(**fields)
        open_stream: Any = self._channel.unary_stream(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )

        def begin(metadata: Any) -> tuple[Any, Message | None]:
            answers = open_stream(request, metadata=metadata)
            return answers, next(answers, None)

        answers, first = self._signed(method, begin, repeatable=True)
        if first is None:
            return
        yield first
        try:
            yield from answers
        except grpc.RpcError as error:
            raise self._said(method, read(error)) from None
        finally:
            answers.cancel()

    def upload(self, name: str, header: Message, chunks: Callable[[], Iterable[bytes]]) -> Any:
        """A header and bytes, one answer. `chunks` begins anew whenever it is called."""
        method = self._method(name)
        send: Any = self._channel.stream_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )

        def parts() -> Iterator[Message]:
            yield method.request(header=header)
            for chunk in chunks():
                yield method.request(chunk=chunk)

        return self._signed(method, lambda metadata: send(parts(), metadata=metadata), repeatable=False)

    def bare(self, name: str, /, *, metadata: Any = (), **fields: Any) -> Any:
        """A call of AuthService as nobody, or with the metadata given; raises grpc.RpcError."""
        method = self._method(name, role="")
        return self._unary(method)(method.request(**fields), timeout=CALL_SECONDS, metadata=metadata)

    def forget(self) -> None:
        """Keep the tokens no longer."""
        self._tokens.forget()

    def _signed(self, method: Method, send: Callable[[Any], Any], *, repeatable: bool) -> Any:
        patience = Patience()
        mended: set[str] = set()
        while True:
            token = self._tokens.access_token()
            started = time.monotonic()
            try:
                answer = send((("authorization", f"Bearer {token}"),))
            except grpc.RpcError as error:
                failure = read(error)
            else:
                output.verbose(f"{method.name}: OK, {(time.monotonic() - started) * 1000:.0f} ms")
                return answer
            output.verbose(f"{method.name}: {failure.status.name} {failure.reason} {failure.text}")
            if failure.reason not in mended and self._mend(failure, token):
                mended.add(failure.reason)
                continue
            wait = patience.wait(failure, safe=repeatable)
            if wait is None:
                raise self._said(method, failure)
            output.verbose(f"{method.name}: again in {wait:.1f} s")
            time.sleep(wait)

    def _mend(self, failure: Failure, token: str) -> bool:
        """Do what makes the next try better; False: nothing does."""
        if failure.reason in _RENEW:
            self._tokens.renew(token)
            return True
        if failure.reason == "RECENT_SIGN_IN_REQUIRED":
            return self._tokens.reauthenticate()
        if failure.reason in FORGET:
            self._tokens.forget()
        return False

    def _said(self, method: Method, failure: Failure) -> CliError:
        if failure.status is grpc.StatusCode.UNIMPLEMENTED:
            output.verbose(f"{method.path} is not there")
        return explain(failure, self.profile.server)

    def _unary(self, method: Method) -> Any:
        return self._channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )

    def _method(self, name: str, role: str | None = None) -> Method:
        found = contract.find(name, self.profile.role if role is None else role)
        if found is None:
            people = " and ".join(contract.who_may(name))
            raise CliError(
                f"Only {people} may do this; {self.profile.email} is not one here.",
                ExitCode.REFUSED,
                "`absense login` signs somebody else in; with --name both are kept.",
            )
        return found
