"""What every layer may use: settings, errors, clock, ids. Imports nothing of ours."""
