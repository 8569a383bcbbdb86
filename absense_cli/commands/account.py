"""`absense login`, `logout`, `whoami`."""

import getpass
import platform
import sys
import time
from typing import Annotated

import grpc
import typer

from absense_cli import output
from absense_cli.channel import is_loopback, with_port
from absense_cli.client import Client
from absense_cli.common import AsJson, connect, wanted_profile
from absense_cli.errors import CliError, ExitCode, explain, read
from absense_cli.profiles import Profile, Profiles
from absense_cli.text import word
from absense_cli.tokens import keep_answer


def login(
    server: Annotated[str, typer.Argument(help="HOST or HOST:PORT; without it, the one of last time.")] = "",
    user: Annotated[str, typer.Option("--user", "-u", help="E-mail address or number; asked for if missing.")] = "",
    name: Annotated[str, typer.Option("--name", help="Keep this sign-in under a name, beside others.")] = "",
    tls: Annotated[
        bool | None, typer.Option("--tls/--plaintext", help="Secured or not; by default not on this machine only.")
    ] = None,
    ca_file: Annotated[str, typer.Option("--ca-file", help="PEM of the authority that vouches for the server.")] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Allow --plaintext to another machine: who is in between reads it.")
    ] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
) -> None:
    """Sign in; the tokens are kept in your configuration folder, for you alone, and renewed by themselves."""
    profiles = Profiles()
    profile = _profile(profiles, server, name, tls, ca_file, insecure)
    with Client(profiles, profile) as client:
        try:
            info = client.bare("GetServerInfo")
            user = user or _ask_user(profile)
            password = _ask_password(user, from_stdin=password_stdin)
            answer = client.bare(
                "Login", login=user, password=password, device_name=f"absense on {platform.node()}"[:100]
            )
        except grpc.RpcError as error:
            failure = read(error)
            output.verbose(f"{failure.status.name} {failure.reason} {failure.text}")
            raise explain(failure, profile.server) from None
    profile.clock_ahead = info.server_time.ToNanoseconds() / 1e9 - time.time()
    profile.time_zone = info.time_zone or "UTC"
    profile.request_id = ""
    keep_answer(profile, answer)
    with profiles.lock(profile.name):
        profiles.save(profile, make_current=True)
    output.say(f"Signed in at {profile.server} as {profile.full_name} ({word(answer.user, 'role')}).")


def logout(
    everywhere: Annotated[bool, typer.Option("--all", help="From all servers that are known here.")] = False,
) -> None:
    """Sign out: the tokens are of no more use, and are deleted here."""
    profiles = Profiles()
    chosen = wanted_profile.get() or profiles.current()
    names = profiles.names() if everywhere else [chosen]
    for name in names:
        profile = profiles.load(name)
        if profile is None or not profile.signed_in:
            output.note("You are not signed in." if not name else f"You are not signed in at {name}.")
            continue
        with Client(profiles, profile) as client:
            try:
                client.call("Logout")
                output.say(f"Signed out of {name}.")
            except CliError as error:
                if error.code not in {ExitCode.NOT_SIGNED_IN, ExitCode.UNREACHABLE}:
                    raise
                output.say(f"The tokens for {name} are deleted here; the server was not told: {error.text}")
            client.forget()


def whoami(as_json: AsJson = False) -> None:
    """Who you are, and where."""
    with connect() as client:
        answer = client.call("GetCurrentUser")
        if as_json:
            output.as_json(answer)
            return
        user, profile = answer.user, client.profile
        output.card(
            [
                ("Name", user.full_name),
                ("Address", user.email),
                ("Number", user.institution_number),
                ("Role", word(user, "role")),
                ("State", word(user, "state")),
                ("Server", f"{profile.server} ({'TLS' if profile.tls else 'plain text'})"),
                ("Kept as", profile.name if profile.name != profile.server else ""),
                ("Id", user.id),
            ]
        )


def _profile(profiles: Profiles, server: str, name: str, tls: bool | None, ca_file: str, insecure: bool) -> Profile:
    known = profiles.load(name or wanted_profile.get() or server or profiles.current() or "localhost:50051")
    address = server or (known.server if known else wanted_profile.get())
    if not address:
        raise CliError("Which server? Nothing is known here yet.", ExitCode.USAGE, "Run `absense login HOST:PORT`.")
    if known and known.server in {address, with_port(address, tls=known.tls)} and tls is None:
        tls, ca_file, insecure = known.tls, ca_file or known.ca_file, insecure or known.insecure
    secure = bool(ca_file) or not is_loopback(address) if tls is None else tls
    address = with_port(address, tls=secure)
    return Profile(name or wanted_profile.get() or address, address, tls=secure, ca_file=ca_file, insecure=insecure)


def _ask_user(profile: Profile) -> str:
    if not sys.stdin.isatty():
        raise CliError("Whose sign-in?", ExitCode.USAGE, "Give --user ADDRESS.")
    return str(typer.prompt(f"E-mail address or number at {profile.server}", err=True))


def _ask_password(user: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CliError("Nobody is there to type the password.", ExitCode.USAGE, "Give --password-stdin.")
    return getpass.getpass(f"Password of {user}: ", sys.stderr)
