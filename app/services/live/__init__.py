"""The live day: who has come, what has begun, and what is done when something goes wrong."""
