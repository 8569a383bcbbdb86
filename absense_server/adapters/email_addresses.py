"""E-mail addresses, by email-validator."""

from email_validator import EmailNotValidError, validate_email

from absense_server.domain.errors.accounts import EmailNotAccepted
from absense_server.domain.people import normalize_email


class EmailAddresses:
    """ports.outside.Addresses. Nobody's name server is asked: a confirmation mail shows more."""

    def normalized(self, address: str) -> str:
        """The one form in which the address is kept and compared.

        Raises EmailNotAccepted where it cannot be an address.
        """
        try:
            valid = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise EmailNotAccepted(str(error).rstrip(".")) from None
        # as it goes over the wire: to fold the case of a domain in another script can make another domain of it
        return normalize_email(valid.ascii_email or valid.normalized)
