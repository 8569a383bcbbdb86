"""Passwords that people choose: held against the rules, then hashed, beside the event loop and in no transaction."""

from absense_server.domain.errors.accounts import WeakPassword
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.passwords import Owner, password_faults
from absense_server.domain.people import User
from absense_server.ports.outside import Passwords, Threads


class NewPasswords:
    """Takes new passwords."""

    def __init__(self, passwords: Passwords, hashing_threads: Threads) -> None:
        self._passwords = passwords
        self._hashing_threads = hashing_threads

    async def hashed(self, password: str, user: User, field: str = "password") -> str:
        """The hash of what is to be the user's password; `field`: where it stands in the request.

        Raises WeakPassword, before anything is hashed.
        """
        return await self._hashing_threads.run(self._hash, password, user, field)

    def _hash(self, password: str, user: User, field: str) -> str:
        owner = Owner(user.email, user.full_name, (user.institution_number, user.claimed_number))
        faults = password_faults(password, owner, is_common=self._passwords.is_common(password))
        if faults:
            raise WeakPassword(*(FieldViolation(field, fault) for fault in faults))
        return self._passwords.hash(password)
