"""What a rehearsal shows: patients in detail, checks against published results, the page and its files."""
