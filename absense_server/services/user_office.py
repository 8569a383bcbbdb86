"""What administrators do about accounts: look, make, send mails. Changing them: user_changes.py."""

from dataclasses import dataclass

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.devices import Device
from absense_server.domain.errors.accounts import UserNotFound, UserStateNotAllowed
from absense_server.domain.errors.courses import ProgrammeNotFound
from absense_server.domain.ids import ProgrammeId, UserId
from absense_server.domain.mails import MailKind, kind_to_send
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, User, UserState
from absense_server.domain.user_changes import NewAccount
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import UserFilter
from absense_server.ports.outside import Addresses, Clock, Ids
from absense_server.services.administrators import require_admin
from absense_server.services.mails import Mails
from absense_server.services.registration import make_way
from absense_server.services.requests import RequestKey, made_before
from absense_server.services.settle import settle


@dataclass(frozen=True, slots=True)
class UserWithPhone:
    """An account with the bound phone, if there is one."""

    user: User
    device: Device | None


class UserOffice:
    """Use cases of administrators."""

    def __init__(
        self, *, uow: UnitOfWork, mails: Mails, addresses: Addresses, clock: Clock, ids: Ids, pages: PageTokens
    ) -> None:
        self._uow = uow
        self._mails = mails
        self._addresses = addresses
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def list(self, which: UserFilter, page: PageRequest) -> Page[User]:
        """Accounts, the newest first.

        Raises PageTokenInvalid.
        """
        states = ",".join(sorted(state.value for state in which.states))
        filters = ("users", which.role, states, which.query)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.users.list(which, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda user: user.id, *filters)

    def get(self, user_id: UserId) -> UserWithPhone:
        """One account.

        Raises UserNotFound.
        """
        with self._uow(read_only=True) as tx:
            return UserWithPhone(existing(tx, user_id), tx.devices.active(user_id))

    def create(self, caller: Caller, wish: NewAccount, request: RequestKey | None = None) -> User:
        """Make an account without a password, and send the invitation to set one.

        Raises EmailNotAccepted, EmailTaken, NumberTaken, ProgrammeNotFound, RequestIdReused, SignInEnded.
        """
        email = self._addresses.normalized(wish.email)

        def attempt() -> User:
            with self._uow() as tx:
                require_admin(tx, caller)
                made = made_before(tx, caller.id, request)
                if made is not None:
                    return existing(tx, UserId(made))
                require_programme(tx, wish.programme_id)
                user = User(
                    id=UserId(self._ids.new()),
                    email=email,
                    full_name=wish.full_name,
                    role=wish.role,
                    state=UserState.INVITED,
                    created_at=self._clock.now(),
                    institution_number=wish.institution_number,
                    programme_id=wish.programme_id,
                    level=wish.level,
                )
                if request is not None:
                    # first: of two retries at once the later one waits here, not at the address
                    tx.requests.add(caller.id, request.id, request.done(user.id), user.created_at)
                make_way(tx, email, caller, user.created_at)
                tx.users.add(user, None)
                self._mails.queue(tx, MailKind.INVITATION, user.id)
                event = audit.event(Action.USER_CREATED, caller, user.created_at, user.id, role=user.role.value)
                tx.audit.add(event.with_private(email=user.email, full_name=user.full_name))
                tx.commit()
            return user

        return settle(attempt)

    def send_password_reset(self, caller: Caller, user_id: UserId) -> None:
        """Send a mail with a token that sets a password; to one who is INVITED, the invitation again.

        Raises UserNotFound, UserStateNotAllowed, SignInEnded.
        """
        with self._uow() as tx:
            require_admin(tx, caller)
            tx.users.hold(user_id)
            user = existing(tx, user_id)
            kind = kind_to_send(MailKind.RESET_PASSWORD, user.state)
            if kind is None:
                raise UserStateNotAllowed(user.state.value, "no password is set for it")
            self._mails.queue(tx, kind, user_id)
            now = self._clock.now()
            tx.audit.add(audit.event(Action.PASSWORD_RESET_REQUESTED, caller, now, user_id, mail=kind.value))
            tx.commit()


def existing(tx: Transaction, user_id: UserId) -> User:
    """The account.

    Raises UserNotFound.
    """
    user = tx.users.get(user_id)
    if user is None:
        raise UserNotFound
    return user


def require_programme(tx: Transaction, programme_id: ProgrammeId | None) -> None:
    """Raise ProgrammeNotFound for one that is not there; none at all is well."""
    if programme_id is not None and not tx.courses.known_programmes({programme_id}):
        raise ProgrammeNotFound
