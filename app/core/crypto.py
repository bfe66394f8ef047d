"""Keys and tokens: made at random, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets

#: how a secret begins, so that whoever finds one knows what it opens
KEY, SESSION, INVITATION, RESET, CALENDAR, SETUP = "fm_", "fs_", "fi_", "fp_", "fc_", "fu_"


def new_key(prefix: str = KEY) -> str:
    """Return a key with 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """Return what is stored of a key. A plain hash suffices: the key is random, so there is nothing to guess."""
    return hashlib.sha256(key.encode()).hexdigest()


def content_hash(*parts: str) -> str:
    """Return a short hash of texts, for ETags and fingerprints."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part.encode())
    return whole.hexdigest()[:32]
