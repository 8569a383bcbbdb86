"""Bytes cut for the wire."""

from typing import Final

CHUNK: Final = 64 * 1024
"""Bytes of each chunk but the last."""


class Chunks:
    """Cuts what comes into chunks of one size."""

    def __init__(self) -> None:
        self.rest = b""

    def of(self, made: bytes) -> list[bytes]:
        """The whole chunks that this makes; what is left over waits."""
        whole = self.rest + made
        end = len(whole) - len(whole) % CHUNK
        self.rest = whole[end:]
        return [whole[start : start + CHUNK] for start in range(0, end, CHUNK)]
