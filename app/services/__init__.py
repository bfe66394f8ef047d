"""Use cases: the only layer that composes database, files and engines. Services flush, never commit."""
