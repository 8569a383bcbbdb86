"""All that a server has written: into its database, byte for byte, and into its storage."""

import io
from pathlib import Path

from absense_server.adapters.db.tables import metadata
from tests.support.hall import Hall


def written(hall: Hall) -> dict[str, bytes]:
    """By file or table."""
    folder = hall.app.settings.storage_folder
    stored = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if hall.app.engine.dialect.name == "sqlite":
        database = Path(hall.app.engine.url.database or "")
        return stored | {path.name: path.read_bytes() for path in database.parent.glob(f"{database.name}*")}
    with hall.app.engine.connect() as connection:
        cursor = connection.connection.cursor()
        for table in metadata.tables:
            content = io.BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT (FORMAT binary)", content)
            stored[table] = content.getvalue()
    return stored
