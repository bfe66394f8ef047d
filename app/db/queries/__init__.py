"""Queries that several services share; each is scoped by its caller."""
