"""The HTTP API: translates between HTTP and services, nothing else."""
