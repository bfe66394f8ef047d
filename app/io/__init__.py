"""Files and the outside world; knows nothing of the database."""
