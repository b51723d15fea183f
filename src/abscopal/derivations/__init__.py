"""Backward rules, pure: from collected tables to tables of analysis, one clinical question a file."""
