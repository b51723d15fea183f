"""Sets of population parameters that agree with published arm-level results, no tighter than chance allows."""
