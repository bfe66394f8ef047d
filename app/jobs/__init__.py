"""Durable workflows: thin functions that load ids and call a service."""
