"""Read-out from tables on disk to the report folder: 61 patients, and 20,000 for speed and memory."""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.make_demo_tables import simulate_tables

from abscopal.cli.demo import find_demonstration

SMALL, LARGE, SEED = 61, 20_000, 1
RUNS = {SMALL: 5, LARGE: 1}
GOALS = {SMALL: "<= 10 s", LARGE: "<= 60 s, < 4 GB"}


def run() -> list[tuple[str, str, str, str]]:
    """Time the command itself, in a process of its own, so that its memory is its own.

    Returns:
        What was measured, our time and memory, nothing to compare with, and the goal.
    """
    rows = []
    study, _ = find_demonstration()
    for patients in (SMALL, LARGE):
        with tempfile.TemporaryDirectory() as place:
            tables, out = Path(place) / "tables", Path(place) / "out"
            tables.mkdir()
            for domain, frame in simulate_tables(patients=patients, seed=SEED).items():
                frame.write_csv(tables / f"{domain}.csv")
            measured = [measure_read_out(study, tables, out) for _ in range(RUNS[patients])]
        seconds, gigabytes = statistics.median(time for time, _ in measured), measured[-1][1]
        spread = f" (median of {len(measured)})" if len(measured) > 1 else ""
        told = f"{seconds:.1f} s{spread}, {gigabytes:.2f} GB"
        rows.append((f"read-out, {patients:,} patients, tables to report", told, "-", GOALS[patients]))
    return rows


def measure_read_out(study: str, tables: Path, out: Path) -> tuple[float, float]:
    """Run the read-out in its own process; give seconds and the largest memory of any child so far, in GB."""
    start = time.perf_counter()
    command = [sys.executable, "-c", "from abscopal.cli import main; main()", "read-out", study]
    subprocess.run([*command, "--tables", str(tables), "--out", str(out)], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
