"""Benchmarks beside their peers; each module runs alone with `python -m benchmarks.NAME FOLDER`."""
