"""The rules and use cases by themselves: no server, no network."""
