"""What a person can consent to, and which contact fields there are to show."""

from __future__ import annotations

PURPOSES = ("contact", "reporting", "photos", "newsletter")
CONTACT_FIELDS = ("name", "role", "email", "phone", "languages")
