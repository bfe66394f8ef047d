"""How large a file may be before it is refused; every figure guards a resource of the machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold. The defaults carry a fair of 100,000 organisations."""

    file_bytes: int = 32 * 1024 * 1024
    unpacked_bytes: int = 400 * 1024 * 1024
    unpacked_ratio: int = 400
    parts: int = 2_000
    sheets: int = 50
    rows: int = 100_000
    columns: int = 512
    cells: int = 3_000_000
    cell_characters: int = 32_767
    characters: int = 60_000_000
    seconds: float = 30.0
    memory_bytes: int = 2 * 1024 * 1024 * 1024


DEFAULT = Limits()
