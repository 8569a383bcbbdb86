"""What can go wrong with files that are imported, as a whole; what is wrong within one is in the import's report."""

from absense_server.domain.errors.base import DomainError, Kind


class ImportMalformed(DomainError):
    """The file cannot be read at all."""

    kind = Kind.INVALID
    reason = "IMPORT_MALFORMED"
    sentence = "This file cannot be read: {problem}"

    def __init__(self, problem: str) -> None:
        super().__init__()
        self.problem = problem


class ImportTooLarge(DomainError):
    """The file, or what is packed in it, is above the limit."""

    kind = Kind.INVALID
    reason = "IMPORT_TOO_LARGE"
    sentence = "This file, or what is packed in it, is larger than {limit} bytes. Import it in parts."

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
