"""Changes in part: what is left out stays as it is, and nothing that must have a value can be set to null."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from app.domain.profiles import Shape


def unsaid(**told: Any) -> Any:
    """The default of a field that can be left out and cannot be null."""
    return Field(default_factory=lambda: None, **told)


class Patch(Shape):
    """Base of all partial changes."""

    def said(self) -> dict[str, Any]:
        """The fields that were given, null among them where it is allowed."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}
