"""The database adapter, over each database."""
