"""Rows, sessions and queries; the only layer that knows SQL."""
