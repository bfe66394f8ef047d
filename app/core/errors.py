"""One tree of errors: each class carries its code, HTTP status and title.

The message says what is wrong, where, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class AppError(Exception):
    """Base of all errors that a user can cause or must be told about.

    Parameters
    ----------
    message
        One sentence for the person who has to act on it.
    **details
        Facts for machines, shown as extension members of the problem document.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, Any] = details

    @property
    def type_uri(self) -> str:
        """The problem type (RFC 9457, section 3.1.1), a URI reference relative to the API's root."""
        return f"/problems/{self.code}"


class InvalidInputError(AppError):
    """What was sent cannot be used; `problems` lists each fault with its place."""

    code = "invalid-input"
    status = 422
    title = "The input is not valid"


class NotFoundError(AppError):
    """No such thing for this tenant; another tenant's id looks exactly the same."""

    code = "not-found"
    status = 404
    title = "Not found"


class NotSignedInError(AppError):
    code = "not-signed-in"
    status = 401
    title = "A valid key is needed"


class NotAllowedError(AppError):
    code = "not-allowed"
    status = 403
    title = "This key may not do that"


class ConflictError(AppError):
    """The state of things forbids it: a slot taken, a pair already met, a run already finished."""

    code = "conflict"
    status = 409
    title = "Conflict"


class ChangedMeanwhileError(AppError):
    """Somebody else changed it since it was read (RFC 9110, section 15.5.13)."""

    code = "changed-meanwhile"
    status = 412
    title = "It has changed meanwhile"


class TagNeededError(AppError):
    """A change has to say which state of the thing it starts from (RFC 6585, section 3)."""

    code = "tag-needed"
    status = 428
    title = "Say which state you change"


class TooManyError(AppError):
    """Too many calls in too short a time; `retry_after` says in how many seconds to come back."""

    code = "too-many"
    status = 429
    title = "Too many calls"


class TooLargeError(AppError):
    code = "too-large"
    status = 413
    title = "Too large"


class NotReadyError(AppError):
    """Something the service needs is away for the moment; try again."""

    code = "not-ready"
    status = 503
    title = "Not ready"


class UnexpectedError(AppError):
    """Our fault; what happened stands in the log under the request's id."""

    code = "unexpected"
    status = 500
    title = "Something went wrong here"
