"""The same rehearsal run twice, in two folders, leaves the same bytes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from abscopal.cli.main import app


@pytest.mark.slow
def test_the_same_command_in_two_folders_leaves_the_same_bytes(tmp_path: Path):
    """Numbers, page, figures and the patients that are kept: chance comes from the seed alone."""
    command = ["rehearse", "dex2", "--trials", "3", "--seed", "5", "--horizon-days", "190", "--workers", "1"]
    left = []
    for name in ("first", "second"):
        out = tmp_path / name
        done = CliRunner().invoke(app, [*command, "--tolerance", "1e-3", "--out", str(out)])
        assert done.exit_code == 0, done.output
        left.append(
            {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}
        )
    assert left[0].keys() == left[1].keys()
    assert {"trials.parquet", "operating_characteristics.json", "rehearsal.html"} <= left[0].keys()
    assert [name for name in left[0] if left[0][name] != left[1][name]] == []
