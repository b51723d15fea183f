"""The command line: one file a verb. Exit codes: 0 done, 2 the input is at fault, 1 the fault is ours."""

from abscopal.cli.main import main

__all__ = ["main"]
