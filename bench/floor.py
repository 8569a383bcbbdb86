"""The bare counterpart of a claim: a gRPC server that does with a claim what none can leave out, and nothing else.

It reads the stream, checks the access token, asks the database for the session, writes the photograph to a file and
inserts record and audit event in one transaction: SQLAlchemy Core and psycopg2 on as many threads as the server has.
It checks nothing else, encrypts nothing and logs nothing.

`python -m bench.floor DATABASE_URL FOLDER KEY` serves until its standard input ends, and says on which port.
"""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import base64
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import grpc
import grpc.aio
import jwt
import sqlalchemy
import uvloop
from sqlalchemy import Column, DateTime, Engine, LargeBinary, MetaData, Table, Text, UniqueConstraint, Uuid, bindparam
from sqlalchemy.dialects.postgresql import JSONB

from absense.v1 import attendance_record_pb2, claim_upload_pb2, student_service_pb2
from demo.phone import session_of
from demo.wire import Metadata, bearer

THREADS = 8
"""As DATABASE_THREADS is by default."""
_ALGORITHM = "HS256"
_KEY = "bench-only-0123456789abcdef-0123456789abcdef"
_ROOT = Path(__file__).resolve().parent.parent

_metadata = MetaData()
_sessions = Table(
    "sessions",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("ends_at", DateTime(timezone=True), nullable=False),
)
_records = Table(
    "records",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("student_id", Uuid, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("selfie_sha256", LargeBinary, nullable=False),
    UniqueConstraint("student_id", "session_id"),
)
_audit = Table(
    "audit",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_id", Uuid, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("facts", JSONB, nullable=False),
)
_FIND_SESSION = sqlalchemy.select(_sessions.c.ends_at).where(_sessions.c.id == bindparam("session_id"))
_ADD_RECORD = sqlalchemy.insert(_records)
_ADD_EVENT = sqlalchemy.insert(_audit)


class Floor:
    """The one method."""

    def __init__(self, engine: Engine, folder: Path, key: str) -> None:
        self._engine = engine
        self._folder = folder
        self._key = key
        self._threads = ThreadPoolExecutor(THREADS)

    def handlers(self) -> grpc.GenericRpcHandler:
        """For a server."""
        submit = grpc.stream_unary_rpc_method_handler(
            self._submit,
            student_service_pb2.SubmitAttendanceRequest.FromString,
            student_service_pb2.SubmitAttendanceResponse.SerializeToString,
        )
        return grpc.method_handlers_generic_handler("absense.v1.StudentService", {"SubmitAttendance": submit})

    async def _submit(
        self,
        parts: AsyncIterator[student_service_pb2.SubmitAttendanceRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> student_service_pb2.SubmitAttendanceResponse:
        authorization = str(dict(context.invocation_metadata() or ())["authorization"])
        said = jwt.decode(authorization.removeprefix("Bearer "), self._key, algorithms=[_ALGORITHM])
        header = claim_upload_pb2.ClaimHeader()
        selfie = bytearray()
        async for part in parts:
            if part.WhichOneof("part") == "header":
                header = part.header
            else:
                selfie += part.chunk
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._keep, uuid.UUID(said["sub"]), header, selfie
        )

    def _keep(
        self, student_id: uuid.UUID, header: claim_upload_pb2.ClaimHeader, selfie: bytearray
    ) -> student_service_pb2.SubmitAttendanceResponse:
        record_id, session_id, now = uuid.uuid4(), session_of(header.proof.scanned_text), datetime.now(UTC)
        with self._engine.begin() as connection:
            ends_at = connection.execute(_FIND_SESSION, {"session_id": uuid.UUID(session_id)}).scalar_one()
            if ends_at < now:
                raise RuntimeError("the session is over")
            (self._folder / record_id.hex).write_bytes(selfie)
            connection.execute(
                _ADD_RECORD,
                {
                    "id": record_id,
                    "session_id": uuid.UUID(session_id),
                    "student_id": student_id,
                    "claim_id": uuid.UUID(header.claim_id),
                    "status": "CONFIRMED",
                    "received_at": now,
                    "selfie_sha256": header.selfie.sha256,
                },
            )
            connection.execute(
                _ADD_EVENT,
                {
                    "id": uuid.uuid4(),
                    "action": "CLAIM_KEPT",
                    "at": now,
                    "actor_id": student_id,
                    "subject_id": record_id,
                    "facts": {"claim": header.claim_id, "session": session_id},
                },
            )
        return student_service_pb2.SubmitAttendanceResponse(
            record=attendance_record_pb2.AttendanceRecord(
                id=str(record_id), status=attendance_record_pb2.RECORD_STATUS_CONFIRMED
            )
        )


class FloorProcess:
    """That server as a process of its own, with an empty database."""

    def __init__(self, url: str, folder: Path) -> None:
        """Start it; returns when it serves. `url`: of the database, which gets its tables; `folder`: for its files."""
        self._engine = _engine(url)
        _metadata.create_all(self._engine)
        folder.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.floor", url, str(folder), _KEY],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for us
        )
        self.pid = self._process.pid
        if self._process.stdout is None or not (port := self._process.stdout.readline().strip()):
            raise RuntimeError("the bare server ended")
        self.address = f"127.0.0.1:{port}"

    def open_session(self) -> tuple[str, str]:
        """The id of a new session, and what could be the text of its code."""
        session_id = uuid.uuid4()
        with self._engine.begin() as connection:
            ends_at = datetime.now(UTC) + timedelta(hours=1)
            connection.execute(sqlalchemy.insert(_sessions), {"id": session_id, "ends_at": ends_at})
        return str(session_id), f"ABSENSE:1:{base64.b32encode(session_id.bytes).decode().rstrip('=')}:AAAAAAAAAAAAAAAA"

    def records(self, session_id: str) -> int:
        """How many a session has."""
        found = sqlalchemy.select(sqlalchemy.func.count()).where(_records.c.session_id == uuid.UUID(session_id))
        with self._engine.connect() as connection:
            return connection.execute(found).scalar_one()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._engine.dispose()


def signed_in(student_id: str) -> Metadata:
    """What a student's calls to it carry."""
    claims = {"sub": student_id, "exp": datetime.now(UTC) + timedelta(hours=1)}
    return bearer(jwt.encode(claims, _KEY, _ALGORITHM))


def _engine(url: str) -> Engine:
    return sqlalchemy.create_engine(
        sqlalchemy.make_url(url).set(drivername="postgresql+psycopg2"), pool_size=THREADS, max_overflow=0
    )


async def _serve(url: str, folder: Path, key: str) -> None:
    engine = _engine(url)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Floor(engine, folder, key).handlers(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop(None)
    engine.dispose()


def main() -> int:
    """Run the command line."""
    url, folder, key = sys.argv[1:]
    uvloop.run(_serve(url, Path(folder), key))
    return 0


if __name__ == "__main__":
    sys.exit(main())
