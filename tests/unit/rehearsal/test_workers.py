"""Workers that die, and workers that are many: nothing is lost and no number changes."""

import os
import signal
import time
from pathlib import Path

import polars as pl
import pytest

from abscopal.errors import OptionError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal import workers
from abscopal.rehearsal.comparison import plan_variants
from abscopal.rehearsal.courses import Settings
from abscopal.rehearsal.ensemble import ParameterDraw
from abscopal.rehearsal.rehearsing import plan_recipe
from abscopal.rehearsal.tasks import CHUNK, Task, simulate_task
from abscopal.rehearsal.workers import Cache, Workforce, simulate_tasks


def list_tasks(count: int) -> list[Task]:
    study = read_study("nivipit")
    (variant,) = plan_variants(study.protocol, [])
    recipe = plan_recipe(study.protocol, variant, ParameterDraw(0, {}), "IT", "x", 1, Settings(190.0, 1e-3))
    return [Task(recipe, place * CHUNK) for place in range(count)]


def simulate_and_die_once(task: Task) -> pl.DataFrame:
    """The second task kills its worker the first time, with nothing said."""
    mark = Path(os.environ["REHEARSAL_TEST_MARK"])
    if task.first == CHUNK and not mark.exists():
        mark.write_text("died")
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate_task(task)


@pytest.mark.slow
@pytest.mark.parametrize("dask", [None, "local"])
@pytest.mark.filterwarnings("ignore")  # the cluster warns of the worker that we kill
def test_a_killed_worker_loses_nothing_and_changes_no_number(dask, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("REHEARSAL_TEST_MARK", str(tmp_path / "mark"))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    )
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 2)
    import importlib

    there = importlib.import_module("test_workers")  # by a name that a worker can import
    tasks = list_tasks(3)
    found = simulate_tasks(
        tasks,
        cache=Cache(tmp_path / "cache"),
        workforce=Workforce(2, dask),
        report=lambda *_: None,
        simulate=there.simulate_and_die_once,
    )
    assert (tmp_path / "mark").exists()
    alone = [simulate_task(task) for task in tasks]
    assert all(one.equals(other) for one, other in zip(found, alone, strict=True))
    assert len(list((tmp_path / "cache").glob("*.parquet"))) == 3


def test_an_address_where_nobody_answers_is_a_sentence(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(workers, "DASK_TIMEOUT", "1s")
    with pytest.raises(OptionError, match="No Dask scheduler answers at tcp://127"):
        simulate_tasks(
            list_tasks(1),
            cache=Cache(tmp_path),
            workforce=Workforce(1, "tcp://127.0.0.1:9"),
            report=lambda *_: None,
        )
