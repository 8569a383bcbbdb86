"""What these tests share: a throwaway PostgreSQL."""

from tests.support import servers

postgres = servers.postgres
