"""What the design of a study does exactly, in sentences, tables and pictures."""
