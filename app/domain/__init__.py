"""The rules of fairs, participants, meetings and schedules: pure, no input or output, no database."""
