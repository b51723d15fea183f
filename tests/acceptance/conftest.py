"""The embedded trial read out once in each language."""

from pathlib import Path

import pytest

from acceptance.demonstration import read_out


@pytest.fixture(scope="session")
def english(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_out(tmp_path_factory.mktemp("en") / "report", with_pdf="yes").parent


@pytest.fixture(scope="session")
def french(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return read_out(tmp_path_factory.mktemp("fr") / "report", language="fr").parent
