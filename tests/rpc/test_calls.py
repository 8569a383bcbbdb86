import contextvars
from uuid import UUID

import pytest

from absense_server.domain.people import Caller
from absense_server.rpc.calls import (
    Metadata,
    bearer_token,
    current_caller,
    current_request_id,
    request_id_of,
    set_caller,
    set_request_id,
)


class OneId:
    def new(self) -> UUID:
        return UUID(int=7)

    def text(self, alphabet: str, length: int) -> str:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("metadata", "token"),
    [
        ((), None),
        ((("authorization", "Bearer abc"),), "abc"),
        ((("authorization", "BEARER  abc "),), "abc"),
        ((("authorization", "Bearer"),), None),
        ((("authorization", "Bearer  "),), None),
        ((("authorization", "Basic abc"),), None),
        ((("authorization", b"Bearer abc"),), None),
        ((("x", "y"), ("authorization", "Bearer first"), ("authorization", "Bearer second")), "first"),
    ],
)
def test_the_bearer_token(metadata: Metadata, token: str | None) -> None:
    assert bearer_token(metadata) == token


@pytest.mark.parametrize("fit", ["a", "A.b_c-9", "x" * 64])
def test_a_fit_request_id_is_kept(fit: str) -> None:
    assert request_id_of((("x-request-id", fit),), OneId()) == fit


@pytest.mark.parametrize("unfit", ["", "x" * 65, "a b", "a\n", "é", "a;b"])
def test_an_unfit_request_id_is_replaced(unfit: str) -> None:
    assert request_id_of((("x-request-id", unfit),), OneId()) == str(UUID(int=7))


def test_outside_of_a_call_there_is_no_caller() -> None:
    def look() -> None:
        with pytest.raises(LookupError):
            current_caller()
        with pytest.raises(LookupError):
            current_request_id()

    contextvars.Context().run(look)


def test_inside_of_a_call_there_is_one() -> None:
    def look() -> tuple[Caller, str]:
        set_caller(Caller("r1", "192.0.2.7"))
        set_request_id("r1")
        return current_caller(), current_request_id()

    assert contextvars.Context().run(look) == (Caller("r1", "192.0.2.7"), "r1")
