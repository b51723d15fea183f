"""From adverse events to flags, worst grades and first severe events."""
