"""A person's tokens: renewed before they expire, also when two `absense` run at once."""

import getpass
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import grpc

from absense_cli import output
from absense_cli.errors import FORGET, CliError, ExitCode, explain, read
from absense_cli.profiles import Profile, Profiles
from absense_cli.retry import Patience

RENEW_BEFORE_SECONDS = 30.0


class Tokens:
    """Of one profile. `profile` is kept as the file is."""

    def __init__(self, profiles: Profiles, profile: Profile, call: Callable[..., Any]) -> None:
        self._profiles = profiles
        self._profile = profile
        self._call = call

    def access_token(self) -> str:
        """One that is good for a while yet."""
        profile = self._profile
        if not profile.signed_in:
            raise CliError(
                f"You are not signed in at {profile.server}.", ExitCode.NOT_SIGNED_IN, "Run `absense login`."
            )
        if profile.access_token_expires - profile.now() < RENEW_BEFORE_SECONDS:
            self.renew(profile.access_token)
        return profile.access_token

    def renew(self, stale: str) -> None:
        """Exchange the refresh token, unless another `absense` has taken the place of the stale token meanwhile."""
        with self._profiles.lock(self._profile.name):
            self._read_again()
            if self._profile.access_token != stale or not self._profile.signed_in:
                return
            if not self._profile.request_id:
                # written down before it is sent: after a lost answer the same exchange is asked for again
                self._profile.request_id = str(uuid.uuid4())
                self._profiles.save(self._profile)
            self._keep(self._exchange())

    def reauthenticate(self) -> bool:
        """Ask for the password, where somebody is there to ask; False: nobody is."""
        if not self.somebody_is_there():
            return False
        password = getpass.getpass(f"This needs your password once more ({self._profile.email}): ", sys.stderr)
        metadata = (("authorization", f"Bearer {self._profile.access_token}"),)
        try:
            answer = self._call("Reauthenticate", metadata=metadata, password=password)
        except grpc.RpcError as error:
            raise explain(read(error), self._profile.server) from None
        with self._profiles.lock(self._profile.name):
            self._read_again()
            self._profile.access_token = answer.access_token
            self._profile.access_token_expires = answer.access_token_expire_time.ToNanoseconds() / 1e9
            self._profiles.save(self._profile)
        return True

    @staticmethod
    def somebody_is_there() -> bool:
        """Whether a question would be seen and could be answered."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def forget(self) -> None:
        """Keep them no longer, unless somebody has signed in anew meanwhile."""
        refused = self._profile.access_token
        with self._profiles.lock(self._profile.name):
            self._read_again()
            if self._profile.access_token != refused:
                return
            self._profile.forget_tokens()
            self._profiles.save(self._profile)

    def _exchange(self) -> Any:
        patience = Patience()
        while True:
            try:
                return self._call(
                    "RefreshToken", refresh_token=self._profile.refresh_token, request_id=self._profile.request_id
                )
            except grpc.RpcError as error:
                failure = read(error)
            output.verbose(f"RefreshToken: {failure.status.name} {failure.reason}")
            if failure.reason in FORGET:
                self._profile.forget_tokens()
                self._profiles.save(self._profile)
            wait = patience.wait(failure, safe=True)
            if wait is None:
                raise explain(failure, self._profile.server)
            time.sleep(wait)

    def _keep(self, answer: Any) -> None:
        keep_answer(self._profile, answer)
        self._profile.request_id = ""
        self._profiles.save(self._profile)

    def _read_again(self) -> None:
        newest = self._profiles.load(self._profile.name)
        if newest is not None:
            self._profile.__dict__.update(newest.__dict__)


def keep_answer(profile: Profile, answer: Any) -> None:
    """What Login and RefreshToken answer."""
    profile.access_token = answer.access_token
    profile.access_token_expires = answer.access_token_expire_time.ToNanoseconds() / 1e9
    profile.refresh_token = answer.refresh_token
    profile.user_id = answer.user.id
    profile.email = answer.user.email
    profile.full_name = answer.user.full_name
    profile.role = output.enum_name(answer.user, "role")
