"""The terms of a score: each turns both sides into rows whose inner product is the term's value, 0 to 1."""
