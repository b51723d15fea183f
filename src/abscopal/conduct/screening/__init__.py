"""Who may enter the trial: criteria in three values, stages, next tests, and the decision with its reasons."""
