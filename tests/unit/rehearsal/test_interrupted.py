"""A command that is interrupted says so, and ends as a mistake does."""

from importlib import import_module

import pytest

command_line = import_module("abscopal.cli.main")


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemExit(130)])
def test_an_interrupted_command_says_so(raised, monkeypatch, capsys):
    def stop() -> None:
        raise raised

    monkeypatch.setattr(command_line, "app", stop)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    assert "Interrupted." in capsys.readouterr().err
