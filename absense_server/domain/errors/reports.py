"""What can go wrong with reports."""

from absense_server.domain.errors.base import AboutFields, Kind


class ReportRangeInvalid(AboutFields):
    """The bounds are the wrong way round, or there would be too many intervals."""

    kind = Kind.INVALID
    reason = "REPORT_RANGE_INVALID"
    sentence = "The bounds of this report are the wrong way round, or it would have more than 1,000 intervals."
