"""Callers whose account and sign-in have to be there still when something is written for them."""

from absense_server.domain.errors.accounts import SignInEnded
from absense_server.domain.people import Caller, User, UserState
from absense_server.ports.data import Transaction


def hold_caller(tx: Transaction, caller: Caller) -> User:
    """The caller's account, held: it is not erased or deactivated before the transaction ends, nor its sign-in ended.

    Raises SignInEnded unless it is ACTIVE, in the role that the call was let through for, and the sign-in goes on: a
    token outlives them by some seconds. Else whoever was signed out could use those to stay, with an address or a
    phone of theirs.
    """
    tx.users.hold(caller.id)
    user = tx.users.get(caller.id)
    if user is None or user.state is not UserState.ACTIVE or user.role is not caller.role:
        raise SignInEnded
    if tx.sign_ins.find(user.id, caller.sign_in) is None:
        raise SignInEnded
    return user
