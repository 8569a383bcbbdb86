"""The contract over a real in-process server."""
