"""The shapes of what the interface takes and answers; bodies reuse the shapes of the domain."""
