"""What can go wrong with reports."""

from absense_server.domain.errors.base import AboutFields, Kind, RetryLater


class ReportRangeInvalid(AboutFields):
    """The bounds are the wrong way round, or there would be too many intervals."""

    kind = Kind.INVALID
    reason = "REPORT_RANGE_INVALID"
    sentence = "The bounds of this report are the wrong way round, or it would have more than 1,000 intervals."


class WorkbookUnavailable(RetryLater):
    """Where the server makes a workbook, nothing can be written."""

    kind = Kind.UNAVAILABLE
    reason = "WORKBOOK_UNAVAILABLE"
    sentence = (
        "The server has no room to make a workbook in: its temporary folder is full or cannot be written. "
        "Export CSV instead, or tell whoever runs the server."
    )
