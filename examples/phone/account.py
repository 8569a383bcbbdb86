"""Signing in, staying signed in, and calls as somebody who is."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import TypeVar

import grpc
from google.protobuf import timestamp_pb2

from absense.v1 import auth_service_pb2, auth_service_pb2_grpc
from examples.phone.calls import CallFailed, call
from examples.phone.keystore import Keystore, SignIn

CALL_SECONDS = 20.0
"""The deadline of a try: a call without one may hang for ever."""
_RENEW_BEFORE = 30.0
_RENEW = frozenset({"TOKEN_EXPIRED", "TOKEN_INVALID"})
_SIGNED_OUT = frozenset({"SIGN_IN_ENDED", "REFRESH_TOKEN_INVALID", "REFRESH_TOKEN_REUSED"})

T = TypeVar("T")
Metadata = tuple[tuple[str, str], ...]


class SignedOut(Exception):
    """Nobody is signed in, or no longer: show the sign-in."""


class Account:
    """Whoever uses this phone, at one server."""

    def __init__(self, channel: grpc.Channel, keystore: Keystore) -> None:
        self._stub = auth_service_pb2_grpc.AuthServiceStub(channel)
        self._keystore = keystore
        # the server ends a sign-in whose refresh token is used twice: one exchange at a time
        self._exchanging = threading.Lock()
        began = time.time()
        self.server = call(
            lambda: self._stub.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=CALL_SECONDS)
        )
        # a phone's clock may be anywhere; the answer was written in the middle of the call, more or less
        self._behind = _seconds(self.server.server_time) - (began + time.time()) / 2

    def now(self) -> float:
        """The server's time, as this phone reckons it; seconds since 1970."""
        return time.time() + self._behind

    @property
    def user_id(self) -> str:
        """Who is signed in.

        Raises SignedOut.
        """
        return self._signed_in().user_id

    def sign_in(self, login: str, password: str) -> None:
        """Start a sign-in.

        Raises CallFailed.
        """
        request = auth_service_pb2.LoginRequest(login=login, password=password, device_name="Reference client")
        answer = call(lambda: self._stub.Login(request, timeout=CALL_SECONDS))
        self._keep(answer)

    def signed(self, make: Callable[[Metadata], T], *, repeatable: bool = True) -> T:
        """Make a call with an access token.

        Raises CallFailed, SignedOut.
        """
        token = self._access_token()
        try:
            return self._with(token, make, repeatable=repeatable)
        except CallFailed as failed:
            if failed.reason not in _RENEW:
                raise
        # once: where a new token does not help, another new one does not either
        return self._with(self._exchange(token), make, repeatable=repeatable)

    def _with(self, token: str, make: Callable[[Metadata], T], *, repeatable: bool) -> T:
        metadata = (("authorization", f"Bearer {token}"),)
        try:
            return call(lambda: make(metadata), repeatable=repeatable)
        except CallFailed as failed:
            raise self._ended(failed) from None

    def _ended(self, failed: CallFailed) -> Exception:
        """The failure; tokens that are of no use any more are forgotten."""
        if failed.reason not in _SIGNED_OUT:
            return failed
        self._keystore.sign_in = None
        return SignedOut(str(failed))

    def _access_token(self) -> str:
        """One that is good for a while yet."""
        sign_in = self._signed_in()
        if sign_in.access_token_expires - self.now() > _RENEW_BEFORE:
            return sign_in.access_token
        return self._exchange(sign_in.access_token)

    def _exchange(self, stale: str) -> str:
        """Another access token, for the refresh token."""
        with self._exchanging:
            sign_in = self._signed_in()
            if sign_in.access_token != stale:
                return sign_in.access_token  # another call was faster
            if not sign_in.request_id:
                # written down first: where the answer is lost, even with the app, the same exchange is asked for again
                sign_in.request_id = str(uuid.uuid4())
                self._keystore.sign_in = sign_in
            request = auth_service_pb2.RefreshTokenRequest(
                refresh_token=sign_in.refresh_token, request_id=sign_in.request_id
            )
            try:
                answer = call(lambda: self._stub.RefreshToken(request, timeout=CALL_SECONDS))
            except CallFailed as failed:
                raise self._ended(failed) from None
            self._keep(answer)
            return answer.access_token

    def _keep(self, answer: auth_service_pb2.LoginResponse | auth_service_pb2.RefreshTokenResponse) -> None:
        self._keystore.sign_in = SignIn(
            answer.user.id, answer.access_token, _seconds(answer.access_token_expire_time), answer.refresh_token
        )

    def _signed_in(self) -> SignIn:
        sign_in = self._keystore.sign_in
        if sign_in is None:
            raise SignedOut("Nobody is signed in.")
        return sign_in


def _seconds(instant: timestamp_pb2.Timestamp) -> float:
    return instant.ToNanoseconds() / 1e9
