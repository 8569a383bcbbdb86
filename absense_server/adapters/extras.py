"""What comes with an extra, and may not be installed."""


class ExtraMissing(ImportError):
    """The packages of an extra are needed and not installed; `str()` says what to install."""

    def __init__(self, need: str, extra: str) -> None:
        """`need`: a sentence's beginning, such as "Storing blobs in S3 needs boto3"."""
        super().__init__(f"{need}: pip install '.[{extra}]' in the folder of Absense")
