"""The proof of the architecture: a virtual patient and one written by hand, with one history, have the same ADaM rows.

Each patient of a rehearsed trial is told again as a coordinator would in patients.yml, in dates, millimetres and
words, from the truth of the rehearsal and not from its tables. Both go down the one road from tables to ADaM.
"""

import datetime as dt

import polars as pl
import pytest

from abscopal.evidence.analysis import run_analysis
from abscopal.evidence.analysis_plan import plan_analysis
from abscopal.exchange.patients_yaml import compose_tables
from abscopal.protocol.hand_written_patient import HandWrittenPatient
from abscopal.protocol.reading import read_study
from abscopal.rehearsal.model.description import read_model
from abscopal.rehearsal.scenario import choose_scenario
from abscopal.rehearsal.trial.followed import Followed
from abscopal.rehearsal.trial.lesion_rows import list_scans
from abscopal.rehearsal.trial.simulate import VirtualTrial, simulate_trial
from abscopal.rehearsal.trial.surgery import Surgery, decide_surgery
from abscopal.rehearsal.trial.write import make_trial_keys
from abscopal.tables.admission import admit_tables

pytestmark = pytest.mark.slow
# What a coordinator does not write: the name of the study, the system of the event, numbers of rows and visits.
LEFT_OUT = {
    "adsl": ["STUDYID", "SUBJID", "ARM", "ARMCD", "ACTARM", "ACTARMCD"],
    "adtr": ["STUDYID"],
    "adrs": ["STUDYID"],
    "adlr": ["STUDYID"],
    "adtte": ["STUDYID"],
    "adae": ["STUDYID", "AEBODSYS", "AEREL"],
}
TROUBLED = {"loss_per_year": 0.5, "model_lambda_D": 1e-3, "missed_visit_probability": 0.15}
NEW_LESION = "NEW01"


def tell_scans(patient: Followed, surgery: Surgery | None) -> tuple[list[dict], bool]:
    """The scans in millimetres and words, and whether a new lesion is ever seen."""
    until = 1e9 if surgery is None else surgery.day
    readings, scans, seen = patient.outcome.readings, [], False
    for place, _, day in list_scans(patient, until=until):
        sizes: dict[str, float | str] = {}
        for lesion, (name, role, _) in enumerate(patient.lesions):
            tenths = int(readings.tenths[patient.row, place, lesion])
            if role == "NON-TARGET":
                sizes[name] = "present" if tenths else "absent"
            else:
                sizes[name] = {0: "absent", 50: "too small"}.get(tenths, tenths / 10)
        if readings.new_lesion[patient.row, place]:
            sizes[NEW_LESION], seen = "new", True
        scans.append({"on": dt.date.fromisoformat(patient.date(day)), "sizes": sizes})
    return scans, seen


def tell_doses(patient: Followed, injections: pl.DataFrame) -> list[dict]:
    doses = [
        {
            "on": dt.date.fromisoformat(patient.date(dose.day)),
            "drug": dose.drug,
            "amount": 1.0,
            "unit": "mg",
            "route": dose.route.lower(),
        }
        for dose in patient.doses
        if dose.route != "INTRATUMORAL"
    ]
    of_patient = injections.filter(pl.col("USUBJID") == patient.person.usubjid)
    doses += [
        {
            "on": dt.date.fromisoformat(day[:10]),
            "drug": drug,
            "amount": dose,
            "unit": "mg",
            "route": "intratumoral",
            "lesion": lesion,
        }
        for day, drug, dose, lesion in of_patient["EXSTDTC", "EXTRT", "EXDOSE", "EXLNKID"].iter_rows()
    ]
    return doses


def tell_patient(patient: Followed, trial: VirtualTrial) -> HandWrittenPatient:
    """One virtual patient as patients.yml would tell the same story."""
    name, person, surgery = patient.person.usubjid, patient.person, decide_surgery(patient)

    def of(table: str) -> list[dict]:
        if table not in trial.tables:
            return []
        return trial.tables[table].filter(pl.col("USUBJID") == name).to_dicts()

    def day(text: str) -> dt.date:
        return dt.date.fromisoformat(text[:10])

    scans, has_new = tell_scans(patient, surgery)
    lesions = [
        {"name": lesion, "role": role.lower(), "location": site} for lesion, role, site in patient.lesions
    ]
    lesions += [{"name": NEW_LESION, "role": "new", "location": "BONE"}] if has_new else []
    opinions = {row["IDVARVAL"]: row["QVAL"] == "Y" for row in of("suppae") if row["QNAM"] == "IRAEINV"}
    kinds = {"STUDY TREATMENT": "end of treatment", "STUDY PARTICIPATION": "end of study"}
    told_elsewhere = (
        "INFORMED CONSENT OBTAINED",
        "RANDOMIZED",
        "ENROLLED",
        "DISEASE RELAPSE",
        "LAST CONTACT",
    )
    story = {
        "identifier": name,
        "story": {"en": "A virtual patient, told.", "fr": "Un patient virtuel, raconté."},
        "age": person.age,
        "sex": person.sex,
        "centre": person.centre,
        "country": person.country,
        "consent": person.consent,
        "included": person.entry,
        "arm": patient.outcome.arm.identifier,
        "milestones": [
            {
                "what": row["DSDECOD"].capitalize(),
                "on": day(row["DSSTDTC"]),
                "kind": kinds.get(row["DSSCAT"], "milestone"),
            }
            for row in of("ds")
            if row["DSDECOD"] not in told_elsewhere
        ],
        "lesions": lesions,
        "scans": scans,
        "doses": tell_doses(patient, trial.tables["ex"].filter(pl.col("EXROUTE") == "INTRATUMORAL")),
        "procedures": [
            {"kind": row["PRCAT"].lower(), "on": day(row["PRSTDTC"]), "lesion": row["PRLNKID"]}
            for row in of("pr")
        ],
        "adverse_events": [
            {
                "term": row["AEDECOD"],
                "grade": int(row["AETOXGR"]),
                "start": day(row["AESTDTC"]),
                "end": day(row["AEENDTC"]) if row["AEENDTC"] else None,
                "related": row["AEREL"] == "RELATED",
                "immune_related": opinions[str(row["AESEQ"])],
                "serious": row["AESER"] == "Y",
            }
            for row in of("ae")
        ],
        "recurrence": None
        if surgery is None or surgery.relapse_day is None
        else {"on": day(patient.date(surgery.relapse_day)), "what": "Recurrence"},
        "death": {"on": day(patient.date(patient.end)), "what": "Disease progression"}
        if patient.ending == "death"
        else None,
        "last_contact": day(patient.date(patient.end)) if patient.ending == "loss" else None,
        "expected": {},
    }
    return HandWrittenPatient.model_validate(story)


def leave_out_row_numbers(table: pl.DataFrame) -> pl.DataFrame:
    """A row of DS has another number where its rows stand in another order; what it says is compared."""
    if "SRCSEQ" not in table.columns:
        return table
    return table.with_columns(SRCSEQ=pl.when(pl.col("SRCDOM") == "DS").then(None).otherwise("SRCSEQ"))


@pytest.mark.parametrize("name", ["nivipit", "dex2", "neo1"])
def test_one_history_has_one_set_of_analysis_rows(name: str):
    study = read_study(name)
    trial = simulate_trial(
        study.protocol,
        choose_scenario(study.protocol, changes=TROUBLED),
        read_model(),
        keys=make_trial_keys(study, seed=11),
        patients=25,
        tolerance=1e-4,
    )
    told = [tell_patient(patient, trial) for patient in trial.patients]
    plan = plan_analysis(study.protocol)
    names = [patient.identifier for patient in told]
    entered = {domain: frame.filter(pl.col("USUBJID").is_in(names)) for domain, frame in trial.tables.items()}
    # Cells are not told in patients.yml, and a sample of blood is a proof of life: both sides go without.
    entered = {domain: frame for domain, frame in entered.items() if domain not in ("cp", "ie", "be", "bs")}
    virtual = run_analysis(plan, admit_tables(entered, ctcae_version=None).tabulation)
    composed = compose_tables(told, study.protocol.identity.identifier)
    admission = admit_tables(
        {domain: frame for domain, frame in composed.items() if frame.height}, ctcae_version=None
    )
    assert admission.set_apart.is_empty(), admission.set_apart
    written = run_analysis(plan, admission.tabulation)
    compared = set()
    for table, left_out in LEFT_OUT.items():
        if table not in virtual.adam:
            assert table not in written.adam
            continue
        left, right = (
            leave_out_row_numbers(one.adam[table].drop(left_out, strict=False)) for one in (virtual, written)
        )
        assert left.height
        assert left.equals(right), (
            table,
            left.filter(~pl.struct(pl.all()).is_in(right.to_struct().implode())),
        )
        compared.add(table)
    assert {"adsl", "adtr", "adrs", "adtte", "adae"} <= compared
