"""Vectors of enrolled faces, sealed and opened. In clear they are only in memory, and never in a log."""

from collections.abc import Sequence

from absense_server.domain.ids import FaceViewId
from absense_server.ports.findings import StoredFace
from absense_server.ports.outside import Sealed, Vault


class FaceVectors:
    """Seals each vector for its view alone."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, vector: bytes, view_id: FaceViewId) -> Sealed:
        """Encrypt a vector (see domain.faces.FaceFinding)."""
        return self._vault.seal(vector, view_id.bytes)

    def open(self, face: StoredFace) -> Sequence[bytes]:
        """The vectors of an enrolled face.

        Raises BlobDamaged when one was altered or its key is no longer known.
        """
        return [self._vault.open(view.vector, view.id.bytes) for view in face.views]
