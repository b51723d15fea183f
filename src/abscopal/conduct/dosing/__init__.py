"""Doses: how much, when, and what toxicity and delays do to the next one."""
