"""What a new installation begins with: a term; in demo mode also people and a course to try things with."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.courses import Course, Enrollment, Programme, Term
from absense_server.domain.errors.accounts import EmailTaken
from absense_server.domain.ids import CourseId, EnrollmentId, ProgrammeId, TermId, UserId
from absense_server.domain.people import Role, User, UserState
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Clock, Ids, Passwords


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account whose password is known to everybody."""

    email: str
    password: str
    full_name: str
    role: Role
    institution_number: str


DEMO_ACCOUNTS = (
    DemoAccount("admin@absense.com", "admin123", "Abena Admin", Role.ADMIN, "A1000001"),
    DemoAccount("lecturer@absense.com", "lecturer123", "Kofi Lecturer", Role.LECTURER, "L1000001"),
    DemoAccount("student@absense.com", "student123", "Ama Student", Role.STUDENT, "S1000001"),
)
DEMO_PROGRAMME = ("BSC-CS", "BSc Computer Science")
DEMO_COURSE = ("CS101", "Introduction to Computing")
_JULY = 7


class Seeding:
    """Fills an empty installation; what is there already stays."""

    def __init__(self, uow: UnitOfWork, passwords: Passwords, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._passwords = passwords
        self._clock = clock
        self._ids = ids

    def seed_term(self) -> Term:
        """The current term; if there is none, the present half of the year becomes one."""
        now = self._clock.now()
        with self._uow() as tx:
            term = tx.courses.current_term(now)
            if term is None:
                term = _half_year(TermId(self._ids.new()), now)
                tx.courses.add_term(term)
                tx.audit.add(audit.machine_event(Action.TERM_CREATED, now, term.id))
                tx.commit()
        return term

    def seed_demo(self) -> None:
        """The demo accounts, and a course that the demo lecturer holds and the demo student attends."""
        term = self.seed_term()
        with self._uow(read_only=True) as tx:
            missing = [account for account in DEMO_ACCOUNTS if tx.users.credentials(account.email) is None]
        hashes = {account.email: self._passwords.hash(account.password) for account in missing}
        with self._uow() as tx:
            programme = self._programme(tx)
            people = {
                account.role: self._account(tx, account, hashes.get(account.email), programme)
                for account in DEMO_ACCOUNTS
            }
            course = self._course(tx, term, people[Role.LECTURER])
            if tx.enrollments.running(people[Role.STUDENT].id, course.id) is None:
                enrollment = self._enrollment(people[Role.STUDENT], course)
                tx.enrollments.add(enrollment)
                self._note(tx, Action.ENROLLED, enrollment.id)
            tx.commit()

    def open_demo_accounts(self) -> list[str]:
        """The addresses of demo accounts that still have the password everybody knows."""
        with self._uow(read_only=True) as tx:
            found = [(account, tx.users.credentials(account.email)) for account in DEMO_ACCOUNTS]
        return [
            account.email
            for account, known in found
            if known is not None
            and known.user.state is UserState.ACTIVE
            and self._passwords.verify(account.password, known.password_hash)
        ]

    def _note(self, tx: Transaction, action: Action, subject_id: UUID) -> None:
        tx.audit.add(audit.machine_event(action, self._clock.now(), subject_id))

    def _programme(self, tx: Transaction) -> Programme:
        code, name = DEMO_PROGRAMME
        programme = tx.courses.programme_by_code(code)
        if programme is None:
            programme = Programme(ProgrammeId(self._ids.new()), code, name)
            tx.courses.add_programme(programme)
            self._note(tx, Action.PROGRAMME_CREATED, programme.id)
        return programme

    def _account(self, tx: Transaction, account: DemoAccount, password_hash: str | None, programme: Programme) -> User:
        found = tx.users.credentials(account.email)
        if found is not None:
            if found.user.role is not account.role:
                raise EmailTaken
            return found.user
        is_student = account.role is Role.STUDENT
        user = User(
            id=UserId(self._ids.new()),
            email=account.email,
            full_name=account.full_name,
            role=account.role,
            state=UserState.ACTIVE,
            created_at=self._clock.now(),
            institution_number=account.institution_number,
            programme_id=programme.id if is_student else None,
            level=1 if is_student else 0,
        )
        tx.users.add(user, password_hash)
        self._note(tx, Action.USER_CREATED, user.id)
        return user

    def _course(self, tx: Transaction, term: Term, lecturer: User) -> Course:
        code, title = DEMO_COURSE
        course = tx.courses.by_code(term.id, code)
        if course is None:
            course = Course(
                id=CourseId(self._ids.new()),
                code=code,
                title=title,
                term=term,
                created_at=self._clock.now(),
                lecturers=(lecturer.person,),
            )
            tx.courses.add(course)
            self._note(tx, Action.COURSE_CREATED, course.id)
        return course

    def _enrollment(self, student: User, course: Course) -> Enrollment:
        return Enrollment(
            id=EnrollmentId(self._ids.new()),
            student=student.person,
            course=course,
            from_at=self._clock.now(),
            programme_id=student.programme_id,
            level=student.level,
        )


def _half_year(term_id: TermId, now: datetime) -> Term:
    if now.month < _JULY:
        begins, ends, half = (now.year, 1), (now.year, _JULY), "first"
    else:
        begins, ends, half = (now.year, _JULY), (now.year + 1, 1), "second"
    return Term(
        term_id,
        f"{now.year}, {half} half",
        datetime(*begins, 1, tzinfo=UTC),
        datetime(*ends, 1, tzinfo=UTC),
    )
