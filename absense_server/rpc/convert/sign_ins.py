"""Sign-ins and their tokens, to messages."""

from datetime import datetime

from absense.v1 import auth_service_pb2, sign_in_pb2
from absense_server.domain.ids import SignInId
from absense_server.ports.findings import SignIn
from absense_server.ports.outside import SigningKey
from absense_server.rpc.convert import to_proto
from absense_server.services.sign_in_tokens import Issued, SignedIn


def login_response(value: SignedIn, *, in_cookie: bool) -> auth_service_pb2.LoginResponse:
    """A sign-in begun; `in_cookie`: its refresh token went into a cookie."""
    return auth_service_pb2.LoginResponse(
        access_token=value.access.text,
        access_token_expire_time=to_proto.time(value.access.expires_at),
        user=to_proto.user(value.user),
        refresh_token="" if in_cookie else value.refresh.text,
        refresh_token_expire_time=to_proto.time(value.refresh.expires_at),
        sign_in_id=str(value.sign_in.id),
    )


def refresh_token_response(value: SignedIn, *, in_cookie: bool) -> auth_service_pb2.RefreshTokenResponse:
    """A sign-in gone on with; `in_cookie`: its refresh token went into a cookie."""
    return auth_service_pb2.RefreshTokenResponse(
        access_token=value.access.text,
        access_token_expire_time=to_proto.time(value.access.expires_at),
        user=to_proto.user(value.user),
        refresh_token="" if in_cookie else value.refresh.text,
        refresh_token_expire_time=to_proto.time(value.refresh.expires_at),
    )


def reauthenticate_response(value: Issued) -> auth_service_pb2.ReauthenticateResponse:
    """The password taken again."""
    return auth_service_pb2.ReauthenticateResponse(
        access_token=value.text, access_token_expire_time=to_proto.time(value.expires_at)
    )


def sign_in(value: SignIn, ends_at: datetime, current: SignInId | None) -> sign_in_pb2.SignIn:
    """One of the caller's sign-ins; `current`: the one that the call is made with."""
    return sign_in_pb2.SignIn(
        id=str(value.id),
        device_name=value.device_name,
        start_time=to_proto.time(value.started_at),
        last_use_time=to_proto.time(value.last_used_at),
        expire_time=to_proto.time(ends_at),
        current=value.id == current,
        password_time=to_proto.time(value.password_at),
    )


def signing_key(value: SigningKey) -> sign_in_pb2.SigningKey:
    """A public key."""
    return sign_in_pb2.SigningKey(key_id=value.key_id, algorithm=value.algorithm, jwk=value.jwk, current=value.current)
