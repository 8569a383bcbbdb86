"""The database schema's history (Alembic); ships as absense_migrations."""
