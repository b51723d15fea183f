"""A study that was amended is read out under the version in force at the data cut."""

import datetime
import shutil
from pathlib import Path

from abscopal.cli.demo import find_demonstration
from abscopal.protocol.reading import read_study

AMENDMENT = """
amendments:
  - version: "2.0"
    date: 2018-03-01
    summary: {en: One success more is asked., fr: Un succès de plus est demandé.}
    changes:
      %s: 24
"""


def write_amended_study(folder: Path) -> Path:
    study = read_study(find_demonstration()[0])
    shutil.copy(study.file, folder / "protocol.yml")
    place = f"endpoints.{study.protocol.primary_endpoint.identifier}.decision_rule.minimum_successes.value"
    text = (folder / "protocol.yml").read_text(encoding="utf-8")
    assert "\namendments: []\n" in text
    amended = text.replace("\namendments: []\n", AMENDMENT % place)
    (folder / "protocol.yml").write_text(amended, encoding="utf-8")
    return folder


def needed(folder: Path, cut_off: datetime.date | None) -> tuple[str, int | None]:
    protocol = read_study(folder).list_versions(until=cut_off)[-1]
    rule = protocol.primary_endpoint.decision_rule
    assert rule is not None
    return protocol.version.number, rule.minimum_successes.value


def test_the_version_in_force_at_the_data_cut_decides(tmp_path: Path):
    folder = write_amended_study(tmp_path)
    assert needed(folder, datetime.date(2018, 2, 28)) == ("1.0", 23)
    assert needed(folder, datetime.date(2018, 3, 1)) == ("2.0", 24)
    assert needed(folder, None) == ("2.0", 24)
