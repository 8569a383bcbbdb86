"""`absense-server ...`: what those who run the server type."""

import typer

from absense_server import checkup, settings
from absense_server.adapters.db import migrate as migrations
from absense_server.adapters.db.engine import create_engine
from absense_server.app import App
from absense_server.cli import faces, serving
from absense_server.cli.administrators import create_admin
from absense_server.cli.common import explained, read_settings
from absense_server.cli.erasing import erase_again
from absense_server.cli.orphans import orphans
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
cli.command()(erase_again)
cli.command()(create_admin)


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
        after, standing = migrations.current_revision(engine), migrations.standing(engine)
        engine.dispose()
    if standing is migrations.Standing.NEWER:
        print(f"The database is at {after}, of a newer version; this one works on it as well.")
    elif before == after:
        print(f"The database is at {after}.")
    else:
        print(f"The database went from {before or 'nothing'} to {after}.")


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
    findings = checkup.examine(config, unknown=settings.unknown_names(), file_open=settings.file_is_open())
    for finding in findings:
        print(f"{'ok     ' if finding.ok else 'PROBLEM' if finding.fatal else 'note   '} {finding.text}")
    if any(finding.fatal and not finding.ok for finding in findings):
        raise typer.Exit(1)
