"""Blobs in S3, or in anything that speaks like it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from absense_server.adapters.blobs import is_name, require_name
from absense_server.adapters.extras import ExtraMissing
from absense_server.domain.errors.calls import BackendUnavailable
from absense_server.ports.outside import OPAQUE, BlobLink

_CONNECT_SECONDS = 2
_READ_SECONDS = 5
_TRIES = 2
_CHECK_SECONDS = 2
"""To connect, and to be answered, when it is only asked whether it is there."""
_CONNECTIONS = 32
"""Kept open: at least as many as threads that use this at once."""
_PAGE = 1000


class S3Blobs:
    """An object for each blob, in one bucket. May be used from many threads at once.

    A server that hangs is given up after two tries, some 14 s.

    Raises ExtraMissing when boto3 is not there.
    """

    def __init__(
        self,
        *,
        bucket: str,
        region: str,
        access_key: str,
        secret_key: str,
        endpoint_url: str = "",
        public_endpoint_url: str = "",
        server_side_encryption: str = "",
    ) -> None:
        """Without keys: those that boto3 finds (environment, profile, role of the container or machine).

        `endpoint_url`: of a server other than Amazon's. `public_endpoint_url`: what links begin with, where browsers
        reach it by another address. `server_side_encryption`: asked for with each blob, such as AES256.
        """
        try:
            # boto3 comes with an extra, and everything else must work without it
            import boto3  # noqa: PLC0415
            from botocore.config import Config  # noqa: PLC0415
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
            from botocore.handlers import add_expect_header  # noqa: PLC0415
        except ImportError as error:
            raise ExtraMissing("Storing blobs in S3 needs boto3", "s3") from error
        self._bucket = bucket
        self._failures: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
        self._encryption = {"ServerSideEncryption": server_side_encryption} if server_side_encryption else {}

        session = boto3.session.Session()

        def client(endpoint_url: str, *, patient: bool = True) -> Any:
            made = session.client(
                "s3",
                region_name=region,
                aws_access_key_id=access_key or None,
                aws_secret_access_key=secret_key or None,
                endpoint_url=endpoint_url or None,
                config=Config(
                    # for links boto3 would choose an older one that some regions refuse
                    signature_version="s3v4",
                    connect_timeout=_CONNECT_SECONDS if patient else _CHECK_SECONDS,
                    read_timeout=_READ_SECONDS if patient else _CHECK_SECONDS,
                    retries={"mode": "standard", "total_max_attempts": _TRIES if patient else 1},
                    max_pool_connections=_CONNECTIONS,
                    # a server of one's own seldom has a name for each bucket
                    s3={"addressing_style": "path" if endpoint_url else "auto"},
                    # newer checksums that not every server knows; blobs are authenticated by their encryption
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
            # asking first whether a blob may be sent takes as long again as sending one
            made.meta.events.unregister("before-call.s3", add_expect_header)
            return made

        self._client = client(endpoint_url)
        self._linker = client(public_endpoint_url) if public_endpoint_url else self._client
        self._checker = client(endpoint_url, patient=False)

    def put(self, name: str, data: bytes, media_type: str = OPAQUE) -> None:
        """Write a blob. Raises BackendUnavailable: it may be there all the same."""
        key = require_name(name)
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType=media_type, **self._encryption)
        except self._failures as error:
            raise BackendUnavailable from error

    def get(self, name: str) -> bytes | None:
        """The blob; None when it is not there. Raises BackendUnavailable, also when the bucket is gone."""
        key = require_name(name)
        try:
            with closing(self._client.get_object(Bucket=self._bucket, Key=key)["Body"]) as body:
                return bytes(body.read())
        except self._client.exceptions.NoSuchKey:
            return None
        except self._failures as error:
            raise BackendUnavailable from error

    def delete(self, name: str) -> None:
        """Remove the blob if it is there. Raises BackendUnavailable."""
        key = require_name(name)
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.NoSuchKey:
            return  # S3 itself does not mind; some servers do
        except self._failures as error:
            raise BackendUnavailable from error

    def check(self) -> None:
        """Raise BackendUnavailable unless the bucket answers; soon, too, where the server hangs."""
        try:
            self._checker.head_bucket(Bucket=self._bucket)
        except self._failures as error:
            raise BackendUnavailable from error

    def older_than(self, age: timedelta) -> Iterator[Sequence[str]]:
        """Names of blobs written longer ago than `age`, in their order. Raises BackendUnavailable."""
        try:
            listing = self._client.get_paginator("list_objects_v2")
            for page in listing.paginate(Bucket=self._bucket, PaginationConfig={"PageSize": _PAGE}):
                now = parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"])
                objects = page.get("Contents", ())
                yield [one["Key"] for one in objects if is_name(one["Key"]) and one["LastModified"] < now - age]
        except self._failures as error:
            raise BackendUnavailable from error

    def clear_unfinished(self, age: timedelta) -> int:  # noqa: ARG002 - whatever it is
        """Nothing: what is sent in one request is there whole or not at all."""
        return 0

    def link(self, name: str, life: timedelta, media_type: str, file_name: str) -> BlobLink:
        """A link to one blob, signed here: whether it is there shows later.

        Raises BackendUnavailable when there is no key to sign with.
        """
        wanted = {
            "Bucket": self._bucket,
            "Key": require_name(name),
            "ResponseContentType": media_type,
            "ResponseContentDisposition": f'inline; filename="{file_name}"',
            "ResponseCacheControl": "private, no-store",
        }
        expires_at = datetime.now(UTC) + life
        try:
            url = self._linker.generate_presigned_url(
                "get_object", Params=wanted, ExpiresIn=round(life.total_seconds())
            )
        except self._failures as error:
            raise BackendUnavailable from error
        return BlobLink(str(url), expires_at)

    def problem(self) -> str | None:
        """What keeps it from being used, in its own words; None when writing, listing, reading and deleting go well."""
        trial = "0" * 32
        try:
            self.put(trial, b"a trial")
            next(iter(self.older_than(timedelta())))
            self.get(trial)
            self.delete(trial)
        except BackendUnavailable as unavailable:
            return str(unavailable.__cause__)
        return None
