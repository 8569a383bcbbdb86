"""`absense-server orphans`: photographs in the storage that no row of the database names."""

from typing import Annotated

import typer

from absense_server.app import App
from absense_server.cli.common import explained, read_settings


def orphans(
    *, delete: Annotated[bool, typer.Option("--delete", help="Delete them, however many they are.")] = False
) -> None:
    """Count the photographs in the storage, older than a day, that the database does not know.

    The server deletes them by itself, once a day, unless they are so many that the storage may be another database's:
    see to it that it is not before you delete them by hand. After going back to an older copy of the database it is
    normal: they belong to what was done since.
    """
    config = read_settings()
    with explained():
        app = App(config)
        app.require_database()
        found = app.orphans.find()
        print(f"{found.kept} photographs are accounted for, {len(found.names)} are not.")
        if delete:
            app.orphans.delete(found)
            print("Those are deleted.")
        app.close()
