"""One rehearsed trial, as tables and as the report that the real trial would have."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from abscopal.cli.report_folder import write_report_folder
from abscopal.evidence.typography import Language
from abscopal.protocol.reading import read_study
from abscopal.protocol.text import Text
from abscopal.rehearsal.ensemble import apply_draw, read_ensemble
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.write import write_trial

TABLES, REPORT = "tables", "report"


@dataclass(frozen=True, slots=True)
class RehearsedTrial:
    """Where one rehearsed trial was written, and what the reader should know of it.

    Args:
        tables: folder of the SDTM tables.
        report: the report.
        notes: what was taken where the study file is silent, what the model does not know, an early end of
            inclusion, and what is entered late.
    """

    tables: Path
    report: Path
    notes: tuple[Text, ...]


def write_rehearsed_trial(
    study_name: str,
    out: Path,
    *,
    seed: int,
    console: Console,
    scenario: str | None = None,
    patients: int | None = None,
    horizon_days: float | None = None,
    tolerance: float = 1e-6,
    language: Language = "en",
) -> RehearsedTrial:
    """Rehearse one trial of a study: write OUT/tables, then read them out into OUT/report as any other tables.

    The trial is run under one set of parameters of the ensemble; the seed says which.

    Args:
        study_name: bundled name or path of the study.
        out: folder that receives both.
        seed: seed of the trial.
        console: where progress is shown, and the notes.
        scenario: scenario of the study file; the first one when None.
        patients: patients who enter; those planned when None.
        horizon_days: how long each patient is followed; as the scenario says when None.
        tolerance: relative tolerance of the integrator.
        language: of the report and of the notes.

    Returns:
        Where they are.
    """
    study = read_study(study_name)
    draws = read_ensemble(study.folder)
    draw = draws[seed % len(draws)]
    written = write_trial(
        study,
        apply_draw(choose_scenario(study.protocol, identifier=scenario), draw),
        out / TABLES,
        seed=seed,
        draw=draw.identifier,
        patients=patients,
        horizon_days=horizon_days,
        tolerance=tolerance,
    )
    trial = written.trial
    told = Text(
        en=f"{study.protocol.identity.identifier}: {len(trial.people)} virtual people screened, "
        f"{len(trial.patients)} enter; set {draw.identifier} of the parameters.",
        fr=f"{study.protocol.identity.identifier}\u00a0: {len(trial.people)} personnes virtuelles présélectionnées, "
        f"{len(trial.patients)} incluses\u00a0; jeu {draw.identifier} des paramètres.",
    )
    remarks = tuple(remark for remark in (trial.stop, trial.late) if remark is not None)
    for note in (told, *trial.notes, *remarks):
        console.print(note.read(language), markup=False, highlight=False, soft_wrap=True)
    report = write_report_folder(
        study_name,
        tables=out / TABLES,
        out=out / REPORT,
        console=console,
        language=language,
        remarks=[remark.read(language) for remark in remarks],
    )
    return RehearsedTrial(out / TABLES, report, (*trial.notes, *remarks))
