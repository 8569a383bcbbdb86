"""Stored photographs, read back."""

from absense_server.ports.findings import StoredImage
from absense_server.ports.outside import BlobDamaged, BlobStore, Sealed, Vault


class Photographs:
    """Reads the blobs of photographs."""

    def __init__(self, vault: Vault, blobs: BlobStore) -> None:
        self._vault = vault
        self._blobs = blobs

    def read(self, image: StoredImage) -> bytes:
        """The photograph as it was stored.

        Raises BackendUnavailable; BlobDamaged when the storage lost or altered it.
        """
        ciphertext = self._blobs.get(image.blob_name)
        if ciphertext is None:
            msg = f"the blob of image {image.id} is gone, though its row is there"
            raise BlobDamaged(msg)
        return self._vault.open(Sealed(ciphertext, image.wrapped_key, image.key_id), image.id.bytes)
