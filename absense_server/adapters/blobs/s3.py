"""Blobs in S3, or in anything that speaks like it."""

from contextlib import closing
from typing import Any

from absense_server.adapters.blobs import require_name
from absense_server.adapters.extras import ExtraMissing
from absense_server.domain.errors.calls import BackendUnavailable

_CONNECT_SECONDS = 2
_READ_SECONDS = 5
_TRIES = 2
_CONNECTIONS = 32


class S3Blobs:
    """An object for each blob, in one bucket. May be used from many threads at once.

    Raises ExtraMissing when boto3 is not there.
    """

    def __init__(
        self, bucket: str, region: str, access_key: str, secret_key: str, endpoint_url: str | None = None
    ) -> None:
        try:
            # boto3 comes with an extra, and everything else must work without it
            import boto3  # noqa: PLC0415
            from botocore.config import Config  # noqa: PLC0415
            from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
        except ImportError as error:
            raise ExtraMissing("Storing blobs in S3 needs boto3", "s3") from error
        self._bucket = bucket
        self._failures: tuple[type[Exception], ...] = (BotoCoreError, ClientError)
        self._client: Any = boto3.client(
            "s3",
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            endpoint_url=endpoint_url,
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": _TRIES},
                max_pool_connections=_CONNECTIONS,
                # a server of one's own seldom has a name for each bucket
                s3={"addressing_style": "path" if endpoint_url else "auto"},
                # newer checksums that not every server knows; blobs are authenticated by their encryption
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, name: str, data: bytes) -> None:
        """Write a blob. Raises BackendUnavailable."""
        key = require_name(name)
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=data, ContentType="application/octet-stream")
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
        """Raise BackendUnavailable unless the bucket answers."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except self._failures as error:
            raise BackendUnavailable from error
