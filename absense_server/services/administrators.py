"""There is always an administrator who can sign in."""

from absense_server.domain.errors.accounts import LastAdministrator
from absense_server.domain.people import Role, User, UserState
from absense_server.ports.data import Transaction


def require_another_admin(tx: Transaction, user: User) -> None:
    """Raise LastAdministrator if `user`, who is about to go, is the only active one; the others stay so meanwhile."""
    if user.role is Role.ADMIN and user.state is UserState.ACTIVE and set(tx.users.hold_admins()) <= {user.id}:
        raise LastAdministrator
