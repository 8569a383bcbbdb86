"""Accounts, made and changed as files have them."""

from collections.abc import AsyncIterator, Sequence
from zoneinfo import ZoneInfo

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.claims import Announcement
from absense_server.domain.csv_tables import Table
from absense_server.domain.import_cells import Cells
from absense_server.domain.imports import Faults, Reading, Report, report
from absense_server.domain.people import Caller
from absense_server.domain.user_imports import COLUMNS, UserPlanner, UserWish, read_users
from absense_server.ports.data import UnitOfWork
from absense_server.ports.outside import Addresses, Clock, Ids, Threads
from absense_server.services.administrators import require_admin
from absense_server.services.bundle_imports import BundleImports
from absense_server.services.import_uploads import ImportUploads
from absense_server.services.mails import Mails
from absense_server.services.settle import settle
from absense_server.services.unhurried import unhurried
from absense_server.services.user_import_writing import UserFileFormat, UserImport, registry_of, write_users


class UserImports:
    """Use cases of administrators. Reading and comparing take long, and have their own threads."""

    def __init__(
        self,
        *,
        uow: UnitOfWork,
        threads: Threads,
        uploads: ImportUploads,
        addresses: Addresses,
        mails: Mails,
        zone: ZoneInfo,
        bundles: BundleImports,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._threads = threads
        self._uploads = uploads
        self._addresses = addresses
        self._mails = mails
        self._zone = zone
        self._bundles = bundles
        self._clock = clock
        self._ids = ids

    async def run(
        self, caller: Caller, asked: UserImport, announced: Announcement, chunks: AsyncIterator[bytes]
    ) -> Report:
        """Make and change accounts as a file says, all of it or, where anything is wrong with it, nothing.

        Raises SignInEnded, ImportMalformed, Overloaded, and what ImportUploads.receive raises.
        """
        async with self._uploads.receive(announced, chunks) as data:
            if asked.format is UserFileFormat.ONEROSTER:
                return await self._threads.run(self._bundles.run, caller, asked, data)
            return await self._threads.run(self._run, caller, asked, data)

    def _run(self, caller: Caller, asked: UserImport, data: bytes) -> Report:
        faults = Faults()
        table = Table(data, COLUMNS, faults)
        cells = Cells(faults, self._zone, self._addresses.normalized)
        wishes = list(unhurried(read_users(table, cells)))
        reading = Reading(table.row_count, table.encoding, faults, table.headers)
        # first without keeping anybody from writing: of many files nothing comes, or a list of faults
        found = self._attempt(caller, asked, reading, wishes, writing=False)
        if not found.applied or not found.changes:
            return found
        return settle(lambda: self._attempt(caller, asked, reading, wishes, writing=True))

    def _attempt(
        self, caller: Caller, asked: UserImport, reading: Reading, wishes: Sequence[UserWish], *, writing: bool
    ) -> Report:
        with self._uow(read_only=not writing) as tx:
            require_admin(tx, caller)
            now = self._clock.now()
            faults = Faults()
            registry = registry_of(tx, wishes, hold=writing)
            planner = UserPlanner(registry=registry, faults=faults, now=now, new_id=self._ids.new)
            for wish in wishes:
                planner.add(wish)
            applied = not (asked.dry_run or reading.faults.count or faults.count)
            done = report(reading, planner.plan.difference, faults, applied=applied)
            if not (writing and applied and done.changes):
                return done
            write_users(tx, caller, planner.plan, self._mails, now, invite=asked.send_invitations)
            tx.audit.add(audit.event(Action.USERS_IMPORTED, caller, now, None, format=asked.format.value, **done.facts))
            tx.commit()
        return done
