"""Abscopal designs, rehearses, runs and reads out early-phase immunotherapy trials."""
