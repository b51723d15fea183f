"""Injection into tumours: which lesions, how much in each, and what was delivered against what was planned."""
