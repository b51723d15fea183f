"""The small language of the chapters on readers and on settings: what each reader says; what hangs on a reading."""

from typing import Any

import polars as pl

from abscopal.derivations.response.accepted_record import Acceptance, derive_accepted_records
from abscopal.derivations.response.criteria import CRITERIA
from abscopal.derivations.response.reader_answers import ReaderAnswers
from abscopal.derivations.response.sensitivity import (
    ResponsesBySetting,
    derive_responses_by_setting,
    derive_setting_effects,
)
from abscopal.derivations.response.settings import ResponseSettings
from lesion_builder import build_adsl, day
from spec.lesion_language import read_cells, read_lesions


def read_answers(table: str) -> Any:
    """What each reader says: `patient | reader | best | progression`, and `flag` where the tables have one.

    `progression` is a day or nothing; a reader whose `best` is `-` has read no scan.
    """
    header, rows = read_cells(table)
    answers = []
    for cells in rows:
        said = dict(zip(header, cells, strict=True))
        answers.append(
            {
                "USUBJID": said["patient"],
                "READER": said["reader"],
                "ISREAD": said["best"] != "-",
                "ACCFL": said.get("flag") or None,
                "BESTRESP": "NE" if said["best"] == "-" else said["best"],
                "PDDT": day(int(said["progression"])) if said["progression"] else None,
            }
        )
    schema = ReaderAnswers.create_empty().schema
    return ReaderAnswers.validate(pl.DataFrame(answers, schema=schema), cast=True)


def accepted(table: str, **rule: Any) -> dict[str, tuple[str, str]]:
    """The reader whose record of each patient is accepted, or nobody, and why."""
    chosen = derive_accepted_records(read_answers(table), acceptance=Acceptance(**rule))
    return {patient: (reader or "nobody", reason) for patient, reader, reason in chosen.iter_rows()}


def _read_otherwise(table: str, criterion: str, settings: dict[str, Any]) -> pl.DataFrame:
    chosen = next(known for known in CRITERIA if known.name == criterion)
    rows = derive_responses_by_setting(
        read_lesions(table), build_adsl("P1"), criteria=[chosen], settings=ResponseSettings(**settings)
    )
    effects = derive_setting_effects(ResponsesBySetting.cast(rows))
    keys = ["CRITERION", "SETTING", "CHOICE", "VALUE"]
    return rows.join(effects.select(*keys, "BESTCHANGED", "PDMOVED"), on=keys).with_columns(
        NAME=pl.format("{} = {}", "SETTING", "CHOICE")
    )


def responses_changed(table: str, criterion: str = "recist_1_1", **settings: Any) -> dict[str, int]:
    """Each other reading that changes the response of an assessment, with the number of assessments."""
    rows = _read_otherwise(table, criterion, settings).filter(pl.col("CHANGED") > 0)
    return dict(rows.select("NAME", "CHANGED").iter_rows())


def best_responses_changed(
    table: str, criterion: str = "recist_1_1", **settings: Any
) -> dict[str, tuple[str, str]]:
    """Each other reading that changes the best response: what it is, and what it would be."""
    rows = _read_otherwise(table, criterion, settings).filter(pl.col("BESTCHANGED") > 0)
    return {
        name: (best, other) for name, best, other in rows.select("NAME", "BESTRESP", "ALTBEST").iter_rows()
    }


def progressions_moved(table: str, criterion: str = "recist_1_1", **settings: Any) -> list[str]:
    """Each other reading under which progression appears, disappears or moves."""
    return _read_otherwise(table, criterion, settings).filter(pl.col("PDMOVED") > 0)["NAME"].to_list()
