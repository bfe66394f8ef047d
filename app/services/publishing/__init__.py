"""The parts of publishing: the rows that are frozen, the guards before it, the letters after it."""
