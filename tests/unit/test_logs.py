"""What the log shows of exceptions: their way, and no value."""

import os

import pytest

from absense_server.adapters.logs import _shown
from absense_server.domain.errors.accounts import EmailNotAccepted

VALUE = "ama@example.edu"


def shown(error: BaseException) -> str:
    return _shown((type(error), error, error.__traceback__))


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        (f"no number: '{VALUE}'", "no number: ..."),
        (f'no number: "{VALUE}"', "no number: ..."),
        (f"taken\nDETAIL:  Key (email)=({VALUE}) already exists.", "taken"),
        (f"Key (email)=({VALUE}) already exists.", "Key ... already exists."),
        (f"two 'quotes' of '{VALUE}'", "two ... of ..."),
        ("", ""),
    ],
)
def test_values_are_left_out(said: str, logged: str) -> None:
    text = shown(ValueError(said))
    assert text.splitlines()[-1] == f"builtins.ValueError: {logged}"
    assert VALUE not in text


def test_what_we_say_ourselves_is_said_whole() -> None:
    assert "cannot be used: 'it' is none." in shown(EmailNotAccepted("'it' is none"))


def test_what_led_to_it_comes_first() -> None:
    def both() -> None:
        try:
            os.environ[VALUE]
        except KeyError as error:
            raise RuntimeError("no such row") from error

    with pytest.raises(RuntimeError) as raised:
        both()
    lines = shown(raised.value).splitlines()
    said = [line for line in lines if line.startswith(("builtins.", "That led", "Traceback"))]
    assert said == [
        "Traceback (most recent call last):",
        "builtins.KeyError: ...",
        "That led to:",
        "Traceback (most recent call last):",
        "builtins.RuntimeError: no such row",
    ]
    assert "in both" in "".join(lines)
    assert VALUE not in "".join(lines)


def test_each_of_a_group_is_told_once() -> None:
    one, other = ValueError(f"first '{VALUE}'"), ValueError("second")
    one.__context__ = other
    other.__context__ = one
    text = shown(ExceptionGroup("both", [one, other]))
    assert text.count("first ...") == text.count("ValueError: second") == 1
    assert VALUE not in text
