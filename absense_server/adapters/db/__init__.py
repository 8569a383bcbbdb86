"""The database: SQLAlchemy Core over SQLite and PostgreSQL, one body of code for both.

`engine` connects, `migrate` brings the schema up to date, `unit_of_work` opens transactions; each
collection has its module.
"""
