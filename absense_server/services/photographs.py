"""Stored photographs: what their blobs are called, and how they are read back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import RFC_4122, UUID

from absense_server.domain.ids import ImageId
from absense_server.ports.findings import StoredImage
from absense_server.ports.outside import BlobDamaged, BlobLink, BlobStore, Sealed, Vault

_LINK_LIFE = timedelta(seconds=60)
_ID_VERSION = 7


def blob_name(image_id: ImageId) -> str:
    """What the blob of a new photograph is called."""
    return image_id.hex


def image_of(name: str) -> ImageId | None:
    """The photograph whose blob may be called so; None for what cannot be one of ours."""
    try:
        found = UUID(hex=name)
    except ValueError:
        return None
    ours = found.hex == name and found.variant == RFC_4122 and found.version == _ID_VERSION
    return ImageId(found) if ours else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A photograph for somebody to look at."""

    image: StoredImage
    content: bytes
    """Empty where a link leads to it."""
    link: BlobLink | None = None


class Photographs:
    """Reads the blobs of photographs."""

    def __init__(self, vault: Vault, blobs: BlobStore, *, with_links: bool = False) -> None:
        """`with_links`: those that are not encrypted may be fetched from the storage."""
        self._vault = vault
        self._blobs = blobs
        self._with_links = with_links

    def read(self, image: StoredImage) -> bytes:
        """The photograph as it was stored.

        Raises BackendUnavailable; BlobDamaged when the storage lost or altered it.
        """
        ciphertext = self._blobs.get(image.blob_name)
        if ciphertext is None:
            msg = f"the blob of image {image.id} is gone, though its row is there"
            raise BlobDamaged(msg)
        return self._vault.open(Sealed(ciphertext, image.wrapped_key, image.key_id), image.id.bytes)

    def show(self, image: StoredImage, *, accept_link: bool) -> Shown:
        """The photograph, or a link to it where that will do and can be had.

        Raises what `read` raises.
        """
        if accept_link and self._with_links and not image.key_id:
            kind = image.media_type.value
            file_name = f"{image.id}.{kind.removeprefix('image/')}"
            link = self._blobs.link(image.blob_name, _LINK_LIFE, kind, file_name)
            if link is not None:
                return Shown(image, b"", link)
        return Shown(image, self.read(image))
