"""Passwords: argon2, a few at a time, and none that anybody would guess."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash

from app.core.errors import InvalidInputError, NotReadyError

SHORTEST, LONGEST = 12, 200
_FEWEST_CHARACTERS = 5
_AT_ONCE = 2
_PATIENCE = 20  # seconds
#: the beginnings of what people choose first when they are asked for twelve characters
_COMMON = (
    "password", "passwort", "motdepasse", "qwerty", "azerty", "qwertz", "1q2w3e", "q1w2e3", "1qaz2wsx", "123456",
    "abcdef", "abc123", "iloveyou", "letmein", "welcome", "changeme", "administrator", "admin", "fairmatch", "woaini",
    "5201314", "asdfgh", "zxcvbn", "monkey", "dragon", "football", "baseball", "sunshine", "princess", "superman",
    "trustno1", "aa123456", "bonjour", "doudou",
)  # fmt: skip
_FILLING = 5  # characters that may follow before it counts as a password of its own

_hasher = PasswordHash.recommended()
_turns = BoundedSemaphore(_AT_ONCE)


def hash_password(password: str) -> str:
    """The argon2 hash that is stored of a password; takes a fraction of a second and 64 megabytes."""
    with _turn():
        return _hasher.hash(_plain(password))


def verify_password(password: str, stored: str | None) -> bool:
    """Whether this is the password behind `stored`; takes as long where there is none, so that nobody learns that."""
    nobody = _nobody()
    with _turn():
        right = _hasher.verify(_plain(password), stored or nobody)
    return right and stored is not None


def check_password(password: str, email: str, field: str = "password") -> None:
    """Raise InvalidInputError, about `field`, for a password that others would guess."""
    plain = _plain(password).casefold()
    user = email.casefold().partition("@")[0]
    core = plain.strip("0123456789!?.,-_*#$ ")
    if len(plain) < SHORTEST:
        wrong = f"The password has fewer than {SHORTEST} characters; a few words in a row are long and easy to keep."
    elif len(set(plain)) < _FEWEST_CHARACTERS:
        wrong = "The password repeats a few characters; mix more of them."
    elif plain == email.casefold() or (user and core == user):
        wrong = "The password is the e-mail address; choose something that nobody can read off."
    elif len(_without_common(plain)) <= _FILLING:
        wrong = "The password is among those that are tried first; choose one that is your own."
    else:
        return
    raise InvalidInputError(wrong, field=field)


def _without_common(plain: str) -> str:
    """What a password adds to those that everybody knows."""
    for common in _COMMON:
        plain = plain.replace(common, "")
    return plain


def _plain(password: str) -> str:
    """One spelling for what looks the same: an input method may give full-width letters for the same keys."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")


@contextmanager
def _turn() -> Iterator[None]:
    """At most two at a time, so that a crowd at the door takes neither the memory nor all processors."""
    if not _turns.acquire(timeout=_PATIENCE):
        raise NotReadyError("Too many people are signing in just now; try again in a moment.")
    try:
        yield
    finally:
        _turns.release()
