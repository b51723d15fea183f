"""Tables of collected data (SDTM) and of analysis (ADaM): schemas and vocabularies, no derivation."""
