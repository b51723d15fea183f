"""The command line: one file a verb. Exit codes: 0 done, 2 the input is at fault, 1 the fault is ours."""

import sys

from abscopal.errors import Interrupted

try:
    from abscopal.cli.main import main
except KeyboardInterrupt:
    # Loading takes a second, in which nobody is there yet to turn Ctrl-C into a sentence.
    sys.stderr.write(f"{Interrupted().sentence}\n")
    sys.exit(2)

__all__ = ["main"]
