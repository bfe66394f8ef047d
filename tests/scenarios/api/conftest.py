"""Where databases of each kind are made."""

from tests.services.conftest import server

__all__ = ["server"]
