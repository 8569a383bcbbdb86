"""Blob stores: one suite over the folder and a real S3 server, then what is particular to each."""

import os
import shutil
import socket
import socketserver
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from absense_server.adapters.blobs import folder, s3
from absense_server.adapters.blobs.folder import FolderBlobs
from absense_server.adapters.blobs.s3 import S3Blobs
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.outside import BlobStore
from backing.ports import free_ports
from backing.seaweedfs import S3Server

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return FolderBlobs(tmp_path) if request.param == "folder" else open_s3(request.getfixturevalue("s3_server"))


@cache
def open_s3(server: S3Server, **options: str) -> S3Blobs:
    return S3Blobs(**{**asdict(server), **options})


def a_name() -> str:
    return uuid4().hex


@pytest.mark.parametrize("data", [b"", b"x", os.urandom(100 * 1024), bytes(3 * 1024 * 1024)], ids=len)
def test_what_was_put_comes_back(blobs: BlobStore, data: bytes) -> None:
    name = a_name()
    blobs.put(name, data)
    assert blobs.get(name) == data


@pytest.mark.parametrize(
    "name", ["0", "0192f000-0000-7000-8000-0123456789ab", "0192f0000000/7000", "a/b/c/d", "a" * 64]
)
def test_names_that_the_server_makes(blobs: BlobStore, name: str) -> None:
    blobs.put(name, name.encode())
    assert blobs.get(name) == name.encode()
    blobs.delete(name)


def test_one_name_may_begin_another(blobs: BlobStore) -> None:
    name = a_name()
    blobs.put(name, b"short")
    blobs.put(f"{name}/0", b"long")
    assert (blobs.get(name), blobs.get(f"{name}/0")) == (b"short", b"long")


def test_a_store_that_is_well_says_nothing_and_keeps_nothing(blobs: BlobStore, tmp_path: Path) -> None:
    blobs.check()
    assert list(tmp_path.iterdir()) == []


def test_what_was_never_put_is_none(blobs: BlobStore) -> None:
    assert blobs.get(a_name()) is None


def test_deleting_is_for_good_and_may_be_repeated(blobs: BlobStore) -> None:
    name, other = a_name(), a_name()
    blobs.put(name, b"gone")
    blobs.put(other, b"kept")
    blobs.delete(name)
    blobs.delete(name)
    assert blobs.get(name) is None
    assert blobs.get(other) == b"kept"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../0",
        "0/../1",
        "/0",
        "0/",
        "0//1",
        "0\n",
        "0\0",
        "A0",
        "g",
        "0.1",
        "0\\1",
        "٣",
        "0" * 65,
        "a/b/c/d/e",
    ],
)
def test_other_names_are_refused(blobs: BlobStore, name: str) -> None:
    for call in calls(blobs, name):
        with pytest.raises(ValueError, match="not the name of a blob"):
            call()


def test_many_threads_at_once(blobs: BlobStore) -> None:
    names = [a_name() for _ in range(64)]
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda name: blobs.put(name, name.encode()), names))
        assert list(threads.map(blobs.get, names)) == [name.encode() for name in names]


def listed(blobs: BlobStore, age: timedelta) -> set[str]:
    names = [name for page in blobs.older_than(age) for name in page]
    assert len(names) == len(set(names))
    return set(names)


def test_what_was_just_written_is_not_old(blobs: BlobStore) -> None:
    name = a_name()
    blobs.put(name, b"new")
    assert name not in listed(blobs, DAY)
    assert name not in listed(blobs, MINUTE)
    assert name in listed(blobs, -MINUTE)
    blobs.delete(name)
    assert name not in listed(blobs, -MINUTE)


def test_names_come_by_pages(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_PAGE", 2)
    monkeypatch.setattr(s3, "_PAGE", 2)
    names = [f"{a_name()}/0" for _ in range(30)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: blobs.put(name, b""), names))
    pages = list(blobs.older_than(-MINUTE))
    assert max(map(len, pages)) <= 2
    assert {name for page in pages for name in page} >= set(names)


def test_a_listing_goes_on_while_what_it_has_told_is_deleted(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_PAGE", 3)
    names = {a_name() for _ in range(20)}
    for name in names:
        blobs.put(name, b"")
    seen = set()
    for page in blobs.older_than(-MINUTE):
        for name in page:
            seen.add(name)
            if name in names:
                blobs.delete(name)
    assert seen >= names
    assert not names & listed(blobs, -MINUTE)


class TestFolder:
    def test_nobody_else_can_read_it(self, tmp_path: Path) -> None:
        old = os.umask(0)
        try:
            FolderBlobs(tmp_path / "root").put(a_name(), b"private")
        finally:
            os.umask(old)
        made = list((tmp_path / "root").rglob("*"))
        assert len(made) == 3
        for path in [tmp_path / "root", *made]:
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    def test_files_are_spread(self, tmp_path: Path) -> None:
        blobs = FolderBlobs(tmp_path)
        for number in range(300):
            blobs.put(f"0192f000-0000-7000-8000-{number:012x}", b"")
        assert len({path.parent for path in tmp_path.rglob("*") if path.is_file()}) > 150

    def test_a_folder_that_somebody_removed_is_made_again(self, tmp_path: Path) -> None:
        blobs = FolderBlobs(tmp_path / "blobs")
        name = a_name()
        blobs.put(name, b"first")
        for one in (tmp_path / "blobs").iterdir():
            shutil.rmtree(one)
        blobs.put(name, b"second")
        assert blobs.get(name) == b"second"

    def test_it_is_synced_before_it_has_its_name_and_its_folders_after(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps: list[tuple[str, str]] = []
        fsync, rename = os.fsync, Path.replace

        def watched_fsync(descriptor: int) -> None:
            steps.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
            fsync(descriptor)

        def watched_rename(self: Path, target: Path) -> Path:
            steps.append(("rename", target.name))
            return rename(self, target)

        monkeypatch.setattr(os, "fsync", watched_fsync)
        monkeypatch.setattr(Path, "replace", watched_rename)
        blobs = FolderBlobs(tmp_path)
        name = a_name()
        blobs.put(name, b"durable")
        (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
        leaf, above = path.parent.name, path.parent.parent.name
        temporary = steps[2][1]
        assert temporary.startswith(".new-")
        assert steps == [
            ("sync", tmp_path.name),
            ("sync", above),
            ("sync", temporary),
            ("rename", name),
            ("sync", leaf),
        ]
        steps.clear()
        blobs.put(name, b"again")
        assert [kind for kind, _ in steps] == ["sync", "rename", "sync"]

    @pytest.mark.parametrize("fault", ["fsync", "replace"])
    def test_a_write_that_fails_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
    ) -> None:
        blobs, name = FolderBlobs(tmp_path), a_name()
        blobs.put(name, b"before")

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os if fault == "fsync" else Path, fault, fail)
            with pytest.raises(BackendUnavailable):
                blobs.put(name, b"after")
        assert blobs.get(name) == b"before"
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]

    def test_folders_removed_behind_its_back_are_made_again(self, tmp_path: Path) -> None:
        blobs, name = FolderBlobs(tmp_path), a_name()
        blobs.put(name, b"first")
        blobs.delete(name)
        for made in sorted(tmp_path.rglob("*"), reverse=True):
            made.rmdir()
        blobs.put(name, b"second")
        assert blobs.get(name) == b"second"

    def test_age_is_that_of_the_file(self, tmp_path: Path) -> None:
        blobs, old, new = FolderBlobs(tmp_path), a_name(), a_name()
        for name in (old, new):
            blobs.put(name, b"")
        turn_back(file_of(tmp_path, old), DAY)
        turn_back(file_of(tmp_path, new), DAY - MINUTE)
        assert listed(blobs, DAY) == {old}

    def test_what_is_not_a_blob_is_not_listed(self, tmp_path: Path) -> None:
        blobs, name = FolderBlobs(tmp_path), a_name()
        blobs.put(name, b"")
        beside = file_of(tmp_path, name).parent
        strangers = [tmp_path / a_name(), beside / ".DS_Store", beside / ".new-1", beside / "notes.txt"]
        strangers += [beside / wrong for wrong in map(str, range(10)) if blobs._path(wrong).parent != beside]
        for stranger in strangers:
            stranger.touch()
        (beside / "f").mkdir()
        (beside / "e").symlink_to(file_of(tmp_path, name))
        assert listed(blobs, -MINUTE) == {name}

    def test_what_a_crash_left_is_cleared_once_it_is_old(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        blobs, name = FolderBlobs(tmp_path), a_name()
        with monkeypatch.context() as crash:
            crash.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            crash.setattr(Path, "unlink", lambda *_, **__: None)
            for _ in range(2):
                with pytest.raises(KeyboardInterrupt):
                    blobs.put(name, b"half")
        blobs.put(name, b"whole")
        left = sorted(path for path in tmp_path.rglob(".new-*"))
        assert len(left) == 2
        for path in (left[0], file_of(tmp_path, name)):
            turn_back(path, DAY)
        assert (blobs.clear_unfinished(DAY), blobs.clear_unfinished(DAY)) == (1, 0)
        assert list(tmp_path.rglob(".new-*")) == [left[1]]
        assert blobs.get(name) == b"whole"

    def test_it_has_no_links(self, tmp_path: Path) -> None:
        blobs, name = FolderBlobs(tmp_path), a_name()
        blobs.put(name, b"")
        assert blobs.link(name, MINUTE, "image/jpeg", "a.jpeg") is None  # type: ignore[func-returns-value]

    def test_without_its_root_nothing_is_called_missing(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        blobs = FolderBlobs(root)
        root.rmdir()
        with pytest.raises(BackendUnavailable):
            blobs.get(a_name())
        with pytest.raises(BackendUnavailable):
            blobs.put(a_name(), b"")
        with pytest.raises(BackendUnavailable):
            blobs.check()
        with pytest.raises(BackendUnavailable):
            listed(blobs, DAY)
        with pytest.raises(BackendUnavailable):
            blobs.clear_unfinished(DAY)

    @pytest.mark.parametrize("free", [0, 10 * 1024**2])
    def test_a_disk_that_is_almost_full_is_not_well(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int
    ) -> None:
        blobs = FolderBlobs(tmp_path)
        blobs.check()
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
        with pytest.raises(BackendUnavailable) as full:
            blobs.check()
        assert "64 MiB" in str(full.value.__cause__)

    def test_what_the_disk_refuses_is_unavailable(self, tmp_path: Path) -> None:
        blobs, name = FolderBlobs(tmp_path), a_name()
        blobs.put(name, b"")
        (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
        path.unlink()
        path.mkdir()  # a folder where the file should be, for root ignores permissions
        all_unavailable(blobs, name)


class TestS3:
    @pytest.mark.parametrize("options", [{"bucket": "no-such-bucket"}, {"secret_key": "guessed"}])
    def test_not_with_these(self, s3_server: S3Server, options: dict[str, str]) -> None:
        blobs = open_s3(s3_server, **options)
        all_unavailable(blobs, a_name(), well=False)
        with pytest.raises(BackendUnavailable):
            listed(blobs, DAY)

    def test_nobody_listens(self) -> None:
        (port,) = free_ports(1)
        blobs = open_s3(S3Server(f"http://127.0.0.1:{port}", "us-east-1", "a", "b", "c"))
        all_unavailable(blobs, a_name(), well=False)
        with pytest.raises(BackendUnavailable):
            listed(blobs, DAY)

    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\ncut short",
            b"",
        ],
        ids=["503", "body cut short", "no answer"],
    )
    def test_a_server_in_trouble(self, answer: bytes) -> None:
        with answering(answer) as endpoint_url, pytest.raises(BackendUnavailable):
            open_s3(S3Server(endpoint_url, "us-east-1", "a", "b", "c")).get(a_name())

    def test_objects_of_others_are_not_listed(self, s3_server: S3Server) -> None:
        blobs, name = open_s3(s3_server), a_name()
        blobs.put(name, b"")
        strangers = [f"{name}.jpg", f"backups/{name}", name.upper()]
        for key in strangers:
            blobs._client.put_object(Bucket=s3_server.bucket, Key=key, Body=b"")
        found = listed(blobs, -MINUTE)
        assert name in found
        assert not found & set(strangers)

    def test_what_is_not_encrypted_has_its_media_type(self, s3_server: S3Server) -> None:
        blobs, name, other = open_s3(s3_server), a_name(), a_name()
        blobs.put(name, b"a photograph", "image/jpeg")
        blobs.put(other, b"sealed")
        assert head(blobs, s3_server, name)["ContentType"] == "image/jpeg"
        assert head(blobs, s3_server, other)["ContentType"] == "application/octet-stream"

    def test_the_server_is_asked_to_encrypt(self, s3_server: S3Server) -> None:
        blobs, name = open_s3(s3_server, server_side_encryption="AES256"), a_name()
        blobs.put(name, b"a photograph")
        assert head(blobs, s3_server, name)["ServerSideEncryption"] == "AES256"
        assert blobs.get(name) == b"a photograph"
        assert "ServerSideEncryption" not in head(blobs, s3_server, put(open_s3(s3_server)))

    def test_a_link_is_for_one_blob_and_for_reading(self, s3_server: S3Server) -> None:
        blobs = open_s3(s3_server)
        name, other = put(blobs), put(blobs)
        link = blobs.link(name, MINUTE, "image/png", "her.png")
        status, headers, content = fetch(link.url)
        assert (status, content) == (200, name.encode())
        assert headers["Content-Type"] == "image/png"
        assert headers["Content-Disposition"] == 'inline; filename="her.png"'
        assert headers["Cache-Control"] == "private, no-store"
        assert datetime.now(UTC) < link.expires_at <= datetime.now(UTC) + MINUTE
        assert "X-Amz-Expires=60&" in link.url
        for url, method in (
            (link.url.replace(name, other), "GET"),
            (link.url.replace("image%2Fpng", "text%2Fhtml"), "GET"),
            (link.url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"), "GET"),
            (link.url.partition("?")[0], "GET"),
            (link.url, "PUT"),
            (link.url, "DELETE"),
        ):
            assert fetch(url, method)[0] == 403, (method, url)
        assert blobs.get(name) == name.encode()

    def test_links_begin_with_the_address_that_browsers_reach(self, s3_server: S3Server) -> None:
        public = s3_server.endpoint_url.replace("127.0.0.1", "localhost")
        blobs = open_s3(s3_server, public_endpoint_url=public)
        name = put(blobs)
        link = blobs.link(name, MINUTE, "image/png", "her.png")
        assert link.url.startswith(f"{public}/{s3_server.bucket}/{name}?")
        assert fetch(link.url)[2] == name.encode()

    def test_without_keys_it_takes_those_of_the_machine(
        self, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
        keyless = {"access_key": "", "secret_key": ""}
        nothing = open_s3.__wrapped__(s3_server, **keyless)
        all_unavailable(nothing, a_name())
        assert nothing.problem() == "Unable to locate credentials"
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.secret_key)
        blobs = open_s3.__wrapped__(s3_server, **keyless)
        name = put(blobs)
        assert blobs.get(name) == name.encode()

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"access_key": "guessed"}, "InvalidAccessKeyId"),
            ({"secret_key": "guessed"}, "SignatureDoesNotMatch"),
            ({"bucket": "no-such-bucket"}, "NoSuchBucket"),
            ({"endpoint_url": "http://127.0.0.1:1"}, "Could not connect"),
        ],
    )
    def test_what_keeps_it_from_being_used_is_said(
        self, s3_server: S3Server, options: dict[str, str], said: str
    ) -> None:
        problem = open_s3(s3_server, **options).problem()
        assert problem is not None
        assert said in problem
        assert s3_server.secret_key not in problem

    def test_nothing_keeps_it_from_being_used(self, s3_server: S3Server) -> None:
        blobs = open_s3(s3_server)
        before = listed(blobs, -MINUTE)
        assert blobs.problem() is None
        assert listed(blobs, -MINUTE) == before

    def test_a_blob_is_sent_without_asking_first(self) -> None:
        heard: list[bytes] = []
        with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", heard) as endpoint_url:
            put(open_s3(S3Server(endpoint_url, "us-east-1", "a", "b", "c")))
        assert any(line.startswith(b"PUT /c/") for line in heard)
        assert not any(line.lower().startswith(b"expect:") for line in heard)

    def test_whether_it_is_there_is_not_waited_for_as_long_as_a_blob(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(s3, "_READ_SECONDS", 3600)
        monkeypatch.setattr(s3, "_CHECK_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            endpoint_url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            with pytest.raises(BackendUnavailable):
                open_s3(S3Server(endpoint_url, "us-east-1", "a", "b", "c")).check()

    def test_a_missing_boto3_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "boto3", None)
        with pytest.raises(ImportError, match=r"pip install '\.\[s3\]' in the folder of Absense"):
            S3Blobs(bucket="bucket", region="us-east-1", access_key="a", secret_key="b")


def put(blobs: BlobStore) -> str:
    name = a_name()
    blobs.put(name, name.encode())
    return name


def head(blobs: S3Blobs, server: S3Server, name: str) -> dict[str, object]:
    return dict(blobs._client.head_object(Bucket=server.bucket, Key=name))


def fetch(url: str, method: str = "GET") -> tuple[int, Mapping[str, str], bytes]:
    address = urlsplit(url)
    with closing(HTTPConnection(address.netloc)) as connection:
        connection.request(method, f"{address.path}?{address.query}")
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()


def file_of(root: Path, name: str) -> Path:
    return next(root.rglob(name))


def turn_back(path: Path, by: timedelta) -> None:
    """Make a file look older."""
    then = path.stat().st_mtime - by.total_seconds()
    os.utime(path, (then, then))


def calls(blobs: BlobStore, name: str) -> list[Callable[[], object]]:
    return [partial(blobs.put, name, b"data"), partial(blobs.get, name), partial(blobs.delete, name)]


def all_unavailable(blobs: BlobStore, name: str, *, well: bool = True) -> None:
    """`well`: it is this one blob that is not to be had."""
    for call in [*calls(blobs, name), *([] if well else [blobs.check])]:
        with pytest.raises(BackendUnavailable):
            call()


@contextmanager
def answering(answer: bytes, heard: list[bytes] | None = None) -> Iterator[str]:
    """A server that says `answer`, whatever it is asked, and tells the lines it `heard`."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = 0
            while line := self.rfile.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
                if heard is not None:
                    heard.append(line)
            self.rfile.read(length)
            self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
