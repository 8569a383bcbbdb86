"""Administrators: who acts is one still, and there is always one who can sign in."""

from absense_server.domain.errors.accounts import LastAdministrator, SignInEnded
from absense_server.domain.people import Caller, Role, User, UserState
from absense_server.ports.data import Transaction


def require_admin(tx: Transaction, caller: Caller) -> None:
    """Raise SignInEnded unless the caller is an active administrator, and signed in: a token outlives both by seconds.

    Else who was put out could use them to come back.
    """
    user = tx.users.get(caller.id)
    if user is None or (user.role, user.state) != (Role.ADMIN, UserState.ACTIVE):
        raise SignInEnded
    if tx.sign_ins.find(user.id, caller.sign_in) is None:
        raise SignInEnded


def require_another_admin(tx: Transaction, user: User) -> None:
    """Raise LastAdministrator if `user`, who is about to go, is the only active one; the others stay so meanwhile."""
    if user.role is Role.ADMIN and user.state is UserState.ACTIVE and set(tx.users.hold_admins()) <= {user.id}:
        raise LastAdministrator
