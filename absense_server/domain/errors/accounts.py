"""What can go wrong with signing in and with accounts."""

from collections.abc import Mapping

from absense_server.domain.errors.base import AboutFields, DomainError, FieldViolation, Kind


class NotSignedIn(DomainError):
    """No access token was sent."""

    kind = Kind.UNAUTHENTICATED
    reason = "NOT_SIGNED_IN"
    sentence = "Sign in first: send the access token of Login as `authorization: Bearer <token>`."


class TokenInvalid(DomainError):
    """The access token is not one of ours."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_INVALID"
    sentence = "The access token is not valid. Exchange your refresh token for another, or sign in again."


class TokenExpired(DomainError):
    """The access token is too old."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_EXPIRED"
    sentence = "The access token has expired. Exchange your refresh token for another, or sign in again."


class SignInEnded(DomainError):
    """The sign-in was ended."""

    kind = Kind.UNAUTHENTICATED
    reason = "SIGN_IN_ENDED"
    sentence = "You were signed out. Sign in again."


class RecentSignInRequired(DomainError):
    """The password was given too long ago for this call."""

    kind = Kind.UNAUTHENTICATED
    reason = "RECENT_SIGN_IN_REQUIRED"
    sentence = "Give your password again first: for this, it must have been given within the last 10 minutes."


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

    sentence = "This account cannot sign in. {what_to_do}"

    def __init__(self, user_state: str, what_to_do: str) -> None:
        super().__init__()
        self.user_state = user_state
        self.what_to_do = what_to_do

    @property
    def metadata(self) -> Mapping[str, str]:
        return {"user_state": self.user_state}


class EmailTaken(DomainError):
    """The e-mail address has an account."""

    kind = Kind.EXISTS
    reason = "EMAIL_TAKEN"
    sentence = "This e-mail address has an account. If it is yours, sign in with it."


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


class EmailNotAccepted(AboutFields):
    """The address cannot be one, or is not of a domain that may register."""

    kind = Kind.INVALID
    reason = "EMAIL_NOT_ACCEPTED"

    def __init__(self, problem: str, field: str = "email") -> None:
        super().__init__(FieldViolation(field, problem))
        self.problem = problem

    sentence = "This e-mail address cannot be used: {problem}."


class NumberNotAccepted(AboutFields):
    """The institution number is not of the form that is demanded."""

    kind = Kind.INVALID
    reason = "NUMBER_NOT_ACCEPTED"
    sentence = "This is not a number of your institution. Check it and write it as on your card."

    def __init__(self, field: str = "institution_number") -> None:
        super().__init__(FieldViolation(field, "is not of the form that your institution uses"))


class RefreshTokenInvalid(DomainError):
    """The refresh token is too old, its sign-in has ended, or it is not one of ours."""

    kind = Kind.UNAUTHENTICATED
    reason = "REFRESH_TOKEN_INVALID"
    sentence = "You are no longer signed in. Sign in again."


class RefreshTokenReused(DomainError):
    """The refresh token was used before: two parties have it."""

    kind = Kind.UNAUTHENTICATED
    reason = "REFRESH_TOKEN_REUSED"
    sentence = "You were signed out here, because the same sign-in was used twice. Sign in again."


class MailTokenInvalid(DomainError):
    """The token from the mail was used, is too old, or is not one of ours."""

    kind = Kind.INVALID
    reason = "MAIL_TOKEN_INVALID"
    sentence = (
        "This link or code is no longer good. Ask for a new mail: under *forgot password*, or, for another address, in "
        "your profile."
    )


class WrongPassword(AboutFields):
    """The password, given again for the call, is wrong."""

    kind = Kind.INVALID
    reason = "WRONG_PASSWORD"
    sentence = "The password is wrong."

    def __init__(self, field: str = "password") -> None:
        super().__init__(FieldViolation(field, "is wrong"))


class LastAdministrator(DomainError):
    """There would be no active administrator left."""

    kind = Kind.PRECONDITION
    reason = "LAST_ADMINISTRATOR"
    sentence = "This is the last active administrator. Make another one first."


class NumberTaken(AboutFields):
    """The institution number is somebody else's."""

    kind = Kind.EXISTS
    reason = "NUMBER_TAKEN"
    sentence = "Another account has this institution number."

    def __init__(self, field: str = "institution_number") -> None:
        super().__init__(FieldViolation(field, "is another account's"))


class UserStateNotAllowed(DomainError):
    """An account in this state cannot be brought into that one, or be sent a mail."""

    kind = Kind.PRECONDITION
    reason = "USER_STATE_NOT_ALLOWED"
    sentence = "The account is {state}; {problem}."

    def __init__(self, state: str, problem: str) -> None:
        super().__init__()
        self.state = state
        self.problem = problem


class UserNotFound(DomainError):
    """There is no such user."""

    kind = Kind.NOT_FOUND
    reason = "USER_NOT_FOUND"
    sentence = "There is no such user."


class SignInNotFound(DomainError):
    """There is no such sign-in, or it is not the caller's, or it has ended."""

    kind = Kind.NOT_FOUND
    reason = "SIGN_IN_NOT_FOUND"
    sentence = "There is no such sign-in, or it has ended."
