"""The integrator: many patients at once, each block with the step that its hardest patient needs."""
