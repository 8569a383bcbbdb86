"""`absense ...`: all commands together."""

from typing import Annotated

import typer

from absense_cli import output
from absense_cli.commands import (
    account,
    analytics,
    appeals,
    audit,
    courses,
    devices,
    exports,
    flagged,
    imports,
    qr,
    roll_call,
    sessions,
    settings,
    student,
    terms,
    users,
)
from absense_cli.common import wanted_profile

EXIT_CODES = (
    "Exit codes: 0 done; 1 refused, or what was looked at is wrong; 2 not typed as it has to be; 3 not signed in; "
    "4 the server does not answer; 5 the server made a mistake; 130 Ctrl-C."
)

cli = typer.Typer(
    help="Absense from the command line: attendance for lecturers and administrators.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sessions.sessions.command("watch")(roll_call.watch)
cli.command()(account.login)
cli.command()(account.logout)
cli.command()(account.whoami)
for name, group in (
    ("users", users.users),
    ("courses", courses.courses),
    ("sessions", sessions.sessions),
    ("qr", qr.qr),
    ("flagged", flagged.flagged),
    ("devices", devices.devices),
    ("appeals", appeals.appeals),
    ("import", imports.imports),
    ("export", exports.exports),
    ("terms", terms.terms),
    ("programmes", terms.programmes),
    ("settings", settings.settings),
    ("audit", audit.audit),
    ("student", student.student),
):
    cli.add_typer(group, name=name, no_args_is_help=True)
cli.command()(analytics.analytics)


@cli.callback()
def everywhere(
    server: Annotated[
        str,
        typer.Option("--server", "-s", envvar="ABSENSE_SERVER", help="Which sign-in: its server, or --name at login."),
    ] = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell on stderr which calls are made.")] = False,
) -> None:
    """Absense from the command line: attendance for lecturers and administrators."""
    wanted_profile.set(server)
    output.be_verbose(verbose)
