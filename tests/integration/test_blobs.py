"""Blob stores: one suite over the folder and a real S3 server, then what is particular to each."""

import os
import shutil
import socketserver
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from absense_server.adapters.blobs.folder import FolderBlobs
from absense_server.adapters.blobs.s3 import S3Blobs
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.outside import BlobStore
from backing.ports import free_ports
from backing.seaweedfs import S3Server


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return FolderBlobs(tmp_path) if request.param == "folder" else open_s3(request.getfixturevalue("s3_server"))


def open_s3(server: S3Server) -> S3Blobs:
    return S3Blobs(server.bucket, server.region, server.access_key, server.secret_key, server.endpoint_url)


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
        for folder in sorted(tmp_path.rglob("*"), reverse=True):
            folder.rmdir()
        blobs.put(name, b"second")
        assert blobs.get(name) == b"second"

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
    def test_no_such_bucket(self, s3_server: S3Server) -> None:
        all_unavailable(open_s3(replace(s3_server, bucket="no-such-bucket")), a_name(), well=False)

    def test_wrong_key(self, s3_server: S3Server) -> None:
        all_unavailable(open_s3(replace(s3_server, secret_key="guessed")), a_name(), well=False)

    def test_nobody_listens(self) -> None:
        (port,) = free_ports(1)
        nobody = open_s3(S3Server(f"http://127.0.0.1:{port}", "us-east-1", "a", "b", "c"))
        all_unavailable(nobody, a_name(), well=False)

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

    def test_a_missing_boto3_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "boto3", None)
        with pytest.raises(ImportError, match=r"pip install '\.\[s3\]' in the folder of Absense"):
            S3Blobs("bucket", "us-east-1", "a", "b")


def calls(blobs: BlobStore, name: str) -> list[Callable[[], object]]:
    return [partial(blobs.put, name, b"data"), partial(blobs.get, name), partial(blobs.delete, name)]


def all_unavailable(blobs: BlobStore, name: str, *, well: bool = True) -> None:
    """`well`: it is this one blob that is not to be had."""
    for call in [*calls(blobs, name), *([] if well else [blobs.check])]:
        with pytest.raises(BackendUnavailable):
            call()


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that says `answer`, whatever it is asked."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
