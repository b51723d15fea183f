"""Numbers with intervals, n and method; no table of a trial is known here."""
