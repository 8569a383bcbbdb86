"""Adapters against the real thing: database, object store."""
