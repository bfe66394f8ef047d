"""The command line: one file a command group. Commands import what they need when they run, so that help is quick."""

from __future__ import annotations


def main() -> None:
    """Entry point of `fairmatch`."""
    from app.cli.root import run

    run()
