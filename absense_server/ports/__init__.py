"""What the use cases need from outside: `outside` (clock, keys, storage, events), `data` (the database)."""
