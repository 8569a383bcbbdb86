"""The use cases, each given what it needs."""

from dataclasses import replace
from datetime import timedelta

from absense_server.app.outside import MAIL_THREADS, Outside
from absense_server.domain.consent import consent_text
from absense_server.domain.images import MediaType
from absense_server.domain.policy import Engines, StandIn
from absense_server.domain.verdicts import Reason
from absense_server.ports.faces import FaceEngine
from absense_server.services.absences import Absences
from absense_server.services.account_erasure import AccountErasure
from absense_server.services.accounts import Accounts
from absense_server.services.appeals import Appeals
from absense_server.services.attendance_export import AttendanceExport
from absense_server.services.audit_log import AuditLog
from absense_server.services.bundle_imports import BundleImports
from absense_server.services.check_in import CheckIn
from absense_server.services.claim_admission import ClaimAdmission
from absense_server.services.claim_keeping import ClaimKeeping
from absense_server.services.claim_phones import ClaimPhones
from absense_server.services.code_proofs import CodeProofs
from absense_server.services.course_claims import CourseClaims
from absense_server.services.course_office import CourseOffice
from absense_server.services.course_staff import CourseStaff
from absense_server.services.courses import Courses
from absense_server.services.dashboards import Dashboards
from absense_server.services.data_export import DataExport
from absense_server.services.day_figures import DailyFigures
from absense_server.services.decisions import Decisions
from absense_server.services.device_resets import DeviceResets
from absense_server.services.devices import Devices
from absense_server.services.earlier_claims import EarlierClaims
from absense_server.services.email_confirmation import EmailConfirmation
from absense_server.services.enrollment_imports import EnrollmentImports
from absense_server.services.erasing_again import ErasingAgain
from absense_server.services.erasure import Erasure, Retention
from absense_server.services.examiner import Examiner
from absense_server.services.face_enrollment import FaceEnrollment
from absense_server.services.face_office import FaceOffice
from absense_server.services.face_templates import FaceTemplates
from absense_server.services.face_vectors import FaceVectors
from absense_server.services.import_uploads import ImportLimits, ImportUploads
from absense_server.services.institution import Institution, Promises
from absense_server.services.judging_again import JudgingAgain
from absense_server.services.live_attendance import LiveAttendance
from absense_server.services.mail_delivery import MailDelivery
from absense_server.services.mail_texts import MailTexts
from absense_server.services.mails import Mails
from absense_server.services.new_passwords import NewPasswords
from absense_server.services.old_sign_ins import OldSignIns
from absense_server.services.orphans import OrphanSweep
from absense_server.services.own_sign_ins import OwnSignIns
from absense_server.services.passwords import UserPasswords
from absense_server.services.photographs import Photographs
from absense_server.services.profile import Profiles
from absense_server.services.programmes import Programmes
from absense_server.services.qr_codes import QrCodes
from absense_server.services.readiness import Readiness
from absense_server.services.records import Records
from absense_server.services.registration import Registration
from absense_server.services.reports import Reports
from absense_server.services.review import Review
from absense_server.services.revocations import Revocations
from absense_server.services.rosters import Rosters
from absense_server.services.rulings import Rulings
from absense_server.services.scans import Scans
from absense_server.services.second_looks import SecondLooks
from absense_server.services.seeding import Seeding
from absense_server.services.session_changes import SessionChanges
from absense_server.services.session_office import SessionOffice
from absense_server.services.sessions import SessionDefaults, Sessions
from absense_server.services.sign_in_tokens import Lives, SignInTokens
from absense_server.services.sign_ins import SignIns
from absense_server.services.signing_keys import SigningKeys
from absense_server.services.terms import Terms
from absense_server.services.token_exchange import TokenExchange
from absense_server.services.uploads import UploadLimits, Uploads
from absense_server.services.user_changes import UserChanges
from absense_server.services.user_imports import UserImports
from absense_server.services.user_office import UserOffice
from absense_server.services.verification import FaceVerification
from absense_server.settings import Settings

_UPLOAD_MEMORY = 256 * 1024 * 1024
_FACE_MEMORY = 64 * 1024 * 1024


class UseCases:
    """The use cases of one process."""

    def __init__(
        self, settings: Settings, outside: Outside, face_engine: FaceEngine | None, without_engine: Reason
    ) -> None:
        """`without_engine`: why there is none, where there is none."""
        self.engines = Engines(face=face_engine is not None, liveness=False)
        self.face_model = None if face_engine is None else face_engine.model
        self.upload_limits = UploadLimits(
            max_bytes=settings.upload_max_bytes,
            types=frozenset(MediaType(text) for text in settings.upload_allowed_image_types),
            max_pixels=int(settings.upload_max_megapixels * 1_000_000),
            stall=timedelta(seconds=settings.upload_stall_seconds),
            memory=max(_UPLOAD_MEMORY, settings.upload_max_bytes),
        )
        self.consent = consent_text(settings.selfie_retention_days, settings.face_retention_days)
        self._mails(settings, outside)
        self._people(settings, outside)
        self._teaching(settings, outside)
        self._sessions(settings, outside)
        self._faces(settings, outside, face_engine, without_engine)
        self._records(outside)
        self._live_sessions(settings, outside)
        self._imports(settings, outside)
        self.audit_log = AuditLog(outside.uow, outside.audit_chain, outside.clock, outside.pages)
        self._review(outside)
        self._reports(settings, outside)
        self._exports(settings, outside)

    def _mails(self, settings: Settings, outside: Outside) -> None:
        self.mails = Mails(outside.clock, outside.ids)
        self.mail_delivery = MailDelivery(
            uow=outside.uow,
            threads=outside.job_threads,
            mail_threads=outside.mail_threads,
            at_once=MAIL_THREADS,
            mailer=outside.mailer,
            texts=MailTexts(settings.web_url),
            metrics=outside.metrics,
            clock=outside.clock,
            ids=outside.ids,
        )

    def _people(self, settings: Settings, outside: Outside) -> None:
        uow, clock, ids = outside.uow, outside.clock, outside.ids
        new_passwords = NewPasswords(outside.passwords, outside.register_threads)
        self.accounts = Accounts(
            uow=uow,
            threads=outside.db_threads,
            addresses=outside.addresses,
            new_passwords=new_passwords,
            clock=clock,
            ids=ids,
        )
        self.registration = Registration(
            uow=uow,
            threads=outside.db_threads,
            rules=settings.registration_rules,
            addresses=outside.addresses,
            new_passwords=new_passwords,
            mails=self.mails,
            clock=clock,
            ids=ids,
        )
        self.confirmation = EmailConfirmation(
            uow=uow,
            threads=outside.db_threads,
            hashing_threads=outside.login_threads,
            passwords=outside.passwords,
            clock=clock,
        )
        self.profiles = Profiles(
            uow=uow,
            rules=settings.registration_rules,
            addresses=outside.addresses,
            mails=self.mails,
            clock=clock,
        )
        self.passwords = UserPasswords(
            uow=uow,
            threads=outside.db_threads,
            hashing_threads=outside.login_threads,
            passwords=outside.passwords,
            new_passwords=NewPasswords(outside.passwords, outside.password_threads),
            mails=self.mails,
            clock=clock,
        )
        self.seeding = Seeding(uow, outside.passwords, clock, ids)
        self.revocations = Revocations(uow, clock, settings.access_token_life)
        self.readiness = Readiness(
            uow=uow,
            blobs=outside.blobs,
            revocations=self.revocations,
            threads=outside.job_threads,
            blob_threads=outside.readiness_threads,
            metrics=outside.metrics,
            clock=clock,
        )
        sign_in_tokens = SignInTokens(
            outside.tokens,
            outside.refresh_tokens,
            Lives(
                access_token=settings.access_token_life,
                refresh_token=timedelta(days=settings.refresh_token_expire_days),
                sign_in=timedelta(days=settings.sign_in_expire_days),
            ),
        )
        self.sign_ins = SignIns(
            uow=uow,
            threads=outside.db_threads,
            hashing_threads=outside.login_threads,
            passwords=outside.passwords,
            tokens=sign_in_tokens,
            clock=clock,
            ids=ids,
        )
        self.token_exchange = TokenExchange(uow, outside.refresh_tokens, sign_in_tokens, self.mails, clock)
        self.signing_keys = SigningKeys(outside.signing_keys, outside.pages)
        self.own_sign_ins = OwnSignIns(uow, sign_in_tokens, clock, outside.pages)
        self.old_sign_ins = OldSignIns(uow, clock, settings.access_token_life)
        self.devices = Devices(uow, outside.identifiers, outside.signatures, clock, ids)
        self.device_resets = DeviceResets(uow, self.mails, clock, ids, outside.pages)
        self.user_office = UserOffice(
            uow=uow, mails=self.mails, addresses=outside.addresses, clock=clock, ids=ids, pages=outside.pages
        )
        self.user_changes = UserChanges(uow, self.mails, outside.addresses, clock)

    def _teaching(self, settings: Settings, outside: Outside) -> None:
        uow, events, clock, ids, pages = outside.uow, outside.events, outside.clock, outside.ids, outside.pages
        self.courses = Courses(uow, clock, ids, pages)
        self.course_staff = CourseStaff(uow, clock)
        self.course_claims = CourseClaims(uow, clock, ids, pages)
        self.course_office = CourseOffice(uow=uow, events=events, clock=clock, ids=ids, pages=pages)
        self.rosters = Rosters(uow, events, clock, ids, pages)
        self.terms = Terms(uow, clock, ids, pages)
        self.programmes = Programmes(uow, clock, ids, pages)
        self.institution = Institution(
            uow=uow,
            promises=Promises(settings.selfie_retention_days, settings.face_retention_days),
            engines=self.engines,
            stand_in=StandIn[settings.face_opt_out.upper()],
            clock=clock,
        )

    def _sessions(self, settings: Settings, outside: Outside) -> None:
        uow, events, clock, ids, pages = outside.uow, outside.events, outside.clock, outside.ids, outside.pages
        self.sessions = Sessions(
            uow=uow,
            events=events,
            clock=clock,
            ids=ids,
            pages=pages,
            engines=self.engines,
            defaults=SessionDefaults(
                timedelta(seconds=settings.code_life_seconds),
                timedelta(seconds=settings.code_overlap_seconds),
                StandIn[settings.face_opt_out.upper()],
            ),
        )
        self.qr_codes = QrCodes(
            uow=uow,
            threads=outside.db_threads,
            drawing_threads=outside.drawing_threads,
            keys=outside.code_keys,
            artist=outside.qr_artist,
            events=events,
            metrics=outside.metrics,
            clock=clock,
        )

    def _faces(self, settings: Settings, outside: Outside, engine: FaceEngine | None, without_engine: Reason) -> None:
        uow, events, clock, ids = outside.uow, outside.events, outside.clock, outside.ids
        # faces to be enrolled have memory of their own, so that nobody is kept from claiming by people who enroll
        face_limits = replace(self.upload_limits, memory=max(_FACE_MEMORY, settings.upload_max_bytes))
        self.uploads, self.face_uploads = (
            Uploads(
                limits=limits,
                threads=outside.file_threads,
                vault=outside.vault,
                blobs=outside.blobs,
                clock=clock,
                ids=ids,
            )
            for limits in (self.upload_limits, face_limits)
        )
        self.photographs = Photographs(outside.vault, outside.blobs, with_links=not settings.blob_encryption)
        self.erasure = Erasure(
            uow,
            outside.blobs,
            Retention(timedelta(days=settings.selfie_retention_days), timedelta(days=settings.face_retention_days)),
            clock,
        )
        self.data_export = DataExport(
            uow=uow,
            threads=outside.report_threads,
            blob_threads=outside.file_threads,
            photographs=self.photographs,
            clock=clock,
        )
        self.account_erasure = AccountErasure(
            uow=uow,
            threads=outside.db_threads,
            hashing_threads=outside.login_threads,
            blob_threads=outside.file_threads,
            passwords=outside.passwords,
            erasure=self.erasure,
            mails=self.mails,
            events=events,
            clock=clock,
        )
        self.erasing_again = ErasingAgain(uow, self.account_erasure, self.erasure, clock)
        self.orphans = OrphanSweep(uow, outside.blobs, clock)
        vectors, examiner = FaceVectors(outside.vector_vault), Examiner(engine)
        self.verification = FaceVerification(
            uow=uow,
            threads=outside.job_threads,
            blob_threads=outside.file_threads,
            engine=engine,
            without_engine=without_engine,
            vectors=vectors,
            photographs=self.photographs,
            events=events,
            metrics=outside.metrics,
            clock=clock,
            ids=ids,
            shared_by=settings.processes if settings.face_queue_in_server else 0,
        )
        self.face_enrollment = FaceEnrollment(
            uow=uow,
            threads=outside.db_threads,
            blob_threads=outside.file_threads,
            uploads=self.face_uploads,
            examiner=examiner,
            vectors=vectors,
            photographs=self.photographs,
            consent_version=self.consent.version,
            first_is_trusted=settings.face_first_enrollment == "trusted",
            clock=clock,
            ids=ids,
        )
        self.face_templates = FaceTemplates(
            uow=uow,
            threads=outside.db_threads,
            blob_threads=outside.file_threads,
            uploads=self.face_uploads,
            examiner=examiner,
            erasure=self.erasure,
            vectors=vectors,
            events=events,
            clock=clock,
            ids=ids,
        )
        self.face_office = FaceOffice(
            uow=uow,
            threads=outside.db_threads,
            blob_threads=outside.file_threads,
            photographs=self.photographs,
            erasure=self.erasure,
            events=events,
            clock=clock,
        )

    def _imports(self, settings: Settings, outside: Outside) -> None:
        limits = ImportLimits(settings.import_max_bytes, timedelta(seconds=settings.upload_stall_seconds))
        uploads = ImportUploads(limits, outside.clock)
        self.enrollment_imports = EnrollmentImports(
            uow=outside.uow,
            threads=outside.db_threads,
            import_threads=outside.import_threads,
            uploads=uploads,
            addresses=outside.addresses,
            zone=settings.zone,
            events=outside.events,
            clock=outside.clock,
            ids=outside.ids,
        )
        self.user_imports = UserImports(
            uow=outside.uow,
            threads=outside.import_threads,
            uploads=uploads,
            addresses=outside.addresses,
            mails=self.mails,
            zone=settings.zone,
            bundles=BundleImports(
                uow=outside.uow,
                addresses=outside.addresses,
                mails=self.mails,
                zone=settings.zone,
                max_bytes=settings.import_max_bytes,
                events=outside.events,
                clock=outside.clock,
                ids=outside.ids,
            ),
            clock=outside.clock,
            ids=outside.ids,
        )

    def _records(self, outside: Outside) -> None:
        uow, events, clock, ids = outside.uow, outside.events, outside.clock, outside.ids
        proofs = CodeProofs(uow, outside.code_keys, outside.tickets)
        self.scans = Scans(uow, proofs, outside.tickets, self.verification, clock)
        earlier, phones = (
            EarlierClaims(uow, outside.fingerprints, clock),
            ClaimPhones(outside.identifiers, outside.signatures),
        )
        admission = ClaimAdmission(
            uow=uow,
            threads=outside.db_threads,
            batch_threads=outside.claim_threads,
            proofs=proofs,
            uploads=self.uploads,
            phones=phones,
            earlier=earlier,
            clock=clock,
        )
        keeping = ClaimKeeping(
            uow=uow,
            threads=outside.db_threads,
            batch_threads=outside.claim_threads,
            phones=phones,
            earlier=earlier,
            verification=self.verification,
            events=events,
            metrics=outside.metrics,
            clock=clock,
            ids=ids,
        )
        self.check_in = CheckIn(
            uow=uow,
            threads=outside.db_threads,
            admission=admission,
            uploads=self.uploads,
            keeping=keeping,
            earlier=earlier,
            verification=self.verification,
            events=events,
            clock=clock,
        )
        self.records = Records(uow, outside.db_threads, events, clock)

    def _review(self, outside: Outside) -> None:
        uow, events, clock, ids, pages = outside.uow, outside.events, outside.clock, outside.ids, outside.pages
        self.review = Review(
            uow=uow,
            threads=outside.db_threads,
            blob_threads=outside.file_threads,
            photographs=self.photographs,
            clock=clock,
            pages=pages,
        )
        rulings = Rulings(self.mails)
        self.decisions = Decisions(uow=uow, rulings=rulings, events=events, clock=clock, ids=ids)
        self.appeals = Appeals(uow=uow, rulings=rulings, events=events, clock=clock, ids=ids, pages=pages)
        self.second_looks = SecondLooks(uow=uow, verification=self.verification, events=events, clock=clock)

    def _reports(self, settings: Settings, outside: Outside) -> None:
        uow, clock, zone = outside.uow, outside.clock, settings.zone
        self.reports = Reports(uow, clock, zone)
        self.dashboards = Dashboards(uow, clock)
        self.absences = Absences(uow, clock, outside.pages)
        self.daily_figures = DailyFigures(uow, clock, zone)

    def _exports(self, settings: Settings, outside: Outside) -> None:
        self.attendance_export = AttendanceExport(
            uow=outside.uow,
            threads=outside.report_threads,
            workbooks=outside.workbooks,
            clock=outside.clock,
            zone=settings.zone,
        )

    def _live_sessions(self, settings: Settings, outside: Outside) -> None:
        uow, events, clock, ids = outside.uow, outside.events, outside.clock, outside.ids
        self.session_changes = SessionChanges(
            uow=uow,
            judging=JudgingAgain(self.verification),
            events=events,
            clock=clock,
            ids=ids,
            engines=self.engines,
            stand_in=StandIn[settings.face_opt_out.upper()],
        )
        self.session_office = SessionOffice(uow, events, clock, outside.pages)
        self.live_attendance = LiveAttendance(
            uow=uow,
            threads=outside.db_threads,
            events=events,
            clock=clock,
            ids=ids,
            tokens=outside.resumptions,
        )
