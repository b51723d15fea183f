"""Reading out the embedded trial, for the tests that look at what was written."""

from pathlib import Path

from rich.console import Console

from abscopal.cli.demo import find_demonstration
from abscopal.cli.report_folder import write_report_folder


def read_out(out: Path, **options: object) -> Path:
    """Write the report folder of the synthetic patients; returns the path of the report."""
    study, tables = find_demonstration()
    return write_report_folder(study, tables=tables, out=out, console=Console(quiet=True), **options)
