"""Many requests at once: an upper bound of every score from one product, exact scores of the few that may be best."""
