"""What can go wrong with signing in and with accounts."""

from absense_server.domain.errors.base import AboutFields, DomainError, Kind


class NotSignedIn(DomainError):
    """No access token was sent."""

    kind = Kind.UNAUTHENTICATED
    reason = "NOT_SIGNED_IN"
    sentence = "Sign in first: send the access token of Login as `authorization: Bearer <token>`."


class TokenInvalid(DomainError):
    """The access token is not one of ours."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_INVALID"
    sentence = "The access token is not valid. Sign in again."


class TokenExpired(DomainError):
    """The access token is too old."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_EXPIRED"
    sentence = "The access token has expired. Sign in again."


class SignInEnded(DomainError):
    """The sign-in was ended."""

    kind = Kind.UNAUTHENTICATED
    reason = "SIGN_IN_ENDED"
    sentence = "You were signed out. Sign in again."


class RecentSignInRequired(DomainError):
    """The password was given too long ago for this call."""

    kind = Kind.UNAUTHENTICATED
    reason = "RECENT_SIGN_IN_REQUIRED"
    sentence = "Sign in again first: for this, the password must have been given within the last 10 minutes."


class WrongRole(DomainError):
    """The caller's role may not call the RPC."""

    kind = Kind.FORBIDDEN
    reason = "WRONG_ROLE"
    sentence = "Your account's role may not do this."


class BadCredentials(DomainError):
    """Unknown user or wrong password; nobody is told which."""

    kind = Kind.UNAUTHENTICATED
    reason = "BAD_CREDENTIALS"
    sentence = "E-mail address, number or password is wrong."


class AccountNotActive(DomainError):
    """The password is right, but the account is not active."""

    kind = Kind.PRECONDITION
    reason = "ACCOUNT_NOT_ACTIVE"

    def __init__(self, what_to_do: str) -> None:
        super().__init__()
        self.what_to_do = what_to_do

    sentence = "This account cannot sign in. {what_to_do}"


class EmailTaken(DomainError):
    """The e-mail address has an account."""

    kind = Kind.EXISTS
    reason = "EMAIL_TAKEN"
    sentence = "This e-mail address has an account. Sign in instead."


class WeakPassword(AboutFields):
    """The password breaks the rules."""

    kind = Kind.INVALID
    reason = "WEAK_PASSWORD"

    def __str__(self) -> str:
        """What is wrong with it."""
        return "Choose another password: " + "; ".join(v.description for v in self.violations) + "."


class RoleNotOpen(DomainError):
    """Nobody registers as this role."""

    kind = Kind.FORBIDDEN
    reason = "ROLE_NOT_OPEN"
    sentence = "Administrators are made by administrators. Register as a student or a lecturer."
