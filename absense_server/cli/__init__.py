"""`absense-server ...`: what those who run the server type."""

import asyncio
import re
import sys
from typing import Annotated

import typer

from absense_server import checkup, settings
from absense_server.adapters.db import migrate as migrations
from absense_server.adapters.db.engine import create_engine
from absense_server.app import App
from absense_server.cli import faces, serving
from absense_server.cli.common import explained, fail, read_settings
from absense_server.cli.orphans import orphans
from absense_server.domain.people import Caller, NewUser, Role
from absense_server.services.seeding import DEMO_ACCOUNTS
from absense_server.settings import SettingsInvalid

cli = typer.Typer(
    help="The Absense server: attendance claims, verified in layers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.add_typer(faces.models, name="models")
cli.add_typer(faces.faces, name="faces")
cli.command()(serving.serve)
cli.command(hidden=True)(serving.serve_process)
cli.command()(serving.worker)
cli.command()(orphans)


def main() -> None:
    """Run the command line."""
    cli()


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    config = read_settings()
    with explained():
        checkup.prepare_folders(config)
        engine = create_engine(config.database_url.get_secret_value(), pool_size=1)
        before = migrations.current_revision(engine)
        migrations.upgrade(engine)
        after = migrations.current_revision(engine)
        engine.dispose()
    print(
        f"The database is at {after}."
        if before == after
        else f"The database went from {before or 'nothing'} to {after}."
    )


@cli.command()
def seed() -> None:
    """Make the current term and, in demo mode, the demo accounts and a course."""
    config = read_settings()
    with explained():
        app = App(config)
        app.require_database()
        if not config.demo_mode:
            print(f"The current term is {app.seeding.seed_term().name}.")
        else:
            app.seeding.seed_demo()
            print("Demo accounts (everybody knows their passwords; never do this in production):")
            for account in DEMO_ACCOUNTS:
                print(f"  {account.role.value.lower():9} {account.email} / {account.password}")
        app.close()


@cli.command()
def doctor() -> None:
    """Say what is configured, what is missing, and what to do about it. Exits 1 when the server could not serve."""
    try:
        config = settings.load()
    except SettingsInvalid as error:
        print("Settings that are wrong:")
        for line in str(error).splitlines():
            print(f"  {line}")
        raise typer.Exit(1) from None
    findings = checkup.examine(config, unknown=settings.unknown_names())
    for finding in findings:
        print(f"{'ok     ' if finding.ok else 'PROBLEM' if finding.fatal else 'note   '} {finding.text}")
    if any(finding.fatal and not finding.ok for finding in findings):
        raise typer.Exit(1)


@cli.command()
def create_admin(
    email: Annotated[str, typer.Option(prompt=True, help="Address to sign in with.")],
    name: Annotated[str, typer.Option(prompt=True, help="Full name.")],
) -> None:
    """Make an administrator. The password is asked for, or read from standard input when that is not a terminal."""
    config = read_settings()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        fail("This is not an e-mail address.")
    if not name.strip():
        fail("An administrator has a name.")
    if sys.stdin.isatty():
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        password = sys.stdin.readline().rstrip("\n")
    wish = NewUser(email=email, password=password, full_name=name, role=Role.ADMIN)
    with explained():
        app = App(config)
        app.require_database()
        user = asyncio.run(app.accounts.create(Caller(request_id="create-admin", address="local"), wish))
        print(f"{user.email} is an administrator.")
        app.close()
