"""`absense-server create-admin`: the first administrator, who makes the others."""

import asyncio
import sys
from typing import Annotated

import typer

from absense_server.adapters.email_addresses import EmailAddresses
from absense_server.app import App
from absense_server.cli.common import explained, fail, read_settings
from absense_server.domain.people import Caller, NewUser, Role


def create_admin(
    email: Annotated[str | None, typer.Option(help="Address to sign in with; asked for where it is not given.")] = None,
    name: Annotated[str | None, typer.Option(help="Full name; asked for where it is not given.")] = None,
) -> None:
    """Make an administrator. The password is asked for, or read from standard input when that is not a terminal."""
    config = read_settings()
    with explained():
        app = App(config)
        app.require_database()
        email = EmailAddresses().normalized(typer.prompt("Email") if email is None else email)
    name = typer.prompt("Name") if name is None else name
    if not name.isprintable() or not any(map(str.isalnum, name)):
        fail("An administrator has a name.")
    wish = NewUser(email=email, password=_password(), full_name=name, role=Role.ADMIN)
    with explained():
        user = asyncio.run(app.accounts.create(Caller(request_id="create-admin", address="local"), wish))
        print(f"{user.email} is an administrator.")
        app.close()


def _password() -> str:
    """Never an argument: everybody on the machine sees those."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    # what is no text is refused by the rules of passwords, in words
    return sys.stdin.buffer.readline().rstrip(b"\r\n").decode("utf-8", "surrogateescape")
