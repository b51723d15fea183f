"""Run every benchmark side by side in one process run and print ratios; `make bench`."""

import importlib
import platform
import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

BENCHMARKS = ("response", "estimation", "designs", "allocation", "rehearsal", "read_out")


def main() -> None:
    """Run the benchmarks named on the command line, or all of them."""
    console = Console()
    console.print(
        f"{platform.machine()}, Python {platform.python_version()}; times are indicative, ratios count."
    )
    for name in sys.argv[1:] or BENCHMARKS:
        run: Callable[[], list[tuple[str, str, str, str]]] = importlib.import_module(f"benchmarks.{name}").run
        table = Table("what", "ours", "other", "ratio or goal", title=name)
        for row in run():
            table.add_row(*row)
        console.print(table)


if __name__ == "__main__":
    main()
