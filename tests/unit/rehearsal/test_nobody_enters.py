"""A trial that nobody can enter, and a command that is interrupted, end with a sentence."""

from importlib import import_module

import pytest

from abscopal.errors import OptionError
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.simulate import simulate_trial
from abscopal.rehearsal.trial.write import make_trial_keys
from abscopal.rehearsal.trial_design import plan_trial

command_line = import_module("abscopal.cli.main")
STUDY = read_study("dex2")
NOBODY = choose_scenario(STUDY.protocol, changes={"hla_a2_probability": 0.0})


def test_many_trials_that_nobody_enters_are_refused():
    with pytest.raises(OptionError, match="nobody passes screening"):
        plan_trial(STUDY.protocol, NOBODY)


def test_one_trial_that_nobody_enters_is_refused():
    with pytest.raises(OptionError, match="nobody passes screening"):
        simulate_trial(STUDY.protocol, NOBODY, read_model(), keys=make_trial_keys(STUDY, seed=1))


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemExit(130)])
def test_an_interrupted_command_says_so(raised, monkeypatch, capsys):
    def stop() -> None:
        raise raised

    monkeypatch.setattr(command_line, "app", stop)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    assert "Interrupted." in capsys.readouterr().err
