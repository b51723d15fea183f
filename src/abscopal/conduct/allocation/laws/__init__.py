"""The probability of each arm, given what was allocated so far: one law for each method."""
