"""Times to events: each names its start, its event, its censoring rules and the record that decided it."""
