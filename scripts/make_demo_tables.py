"""Simulate a folder of SDTM tables for a two-arm trial of an injected drug; no real patient is in it.

    python scripts/make_demo_tables.py --out FOLDER [--patients 61] [--seed 20260131]

The numbers are drawn from round assumptions, not fitted to any trial: the tables exist to show, test and time
the read-out. Every identifier begins with SYN. A few rows break rules on purpose, so that the report has
something to set apart.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

STUDY = "SYNTHETIC"
SITES = ("101", "102", "103", "104")
INJECTED_ARM = ("IT", "Intratumoural ipilimumab + nivolumab")
INTRAVENOUS_ARM = ("IV", "Intravenous ipilimumab + nivolumab")
ORGANS = ("SKIN", "LYMPH NODE", "LUNG", "LIVER", "SOFT TISSUE", "ADRENAL GLAND")
INJECTABLE = ("SKIN", "LYMPH NODE", "SOFT TISSUE")
MILD_EVENTS = (
    ("Fatigue", "General disorders and administration site conditions", 0.45),
    ("Pruritus", "Skin and subcutaneous tissue disorders", 0.35),
    ("Rash maculo-papular", "Skin and subcutaneous tissue disorders", 0.35),
    ("Diarrhea", "Gastrointestinal disorders", 0.35),
    ("Nausea", "Gastrointestinal disorders", 0.25),
    ("Hypothyroidism", "Endocrine disorders", 0.2),
    ("Arthralgia", "Musculoskeletal and connective tissue disorders", 0.2),
    ("Fever", "General disorders and administration site conditions", 0.2),
    ("Cough", "Respiratory, thoracic and mediastinal disorders", 0.15),
)
SEVERE_EVENTS = (
    ("Colitis", "Gastrointestinal disorders"),
    ("Hepatitis", "Hepatobiliary disorders"),
    ("Rash maculo-papular", "Skin and subcutaneous tissue disorders"),
    ("Pneumonitis", "Respiratory, thoracic and mediastinal disorders"),
    ("Adrenal insufficiency", "Endocrine disorders"),
    ("Lipase increased", "Investigations"),
)
COLUMNS = {
    "dm": "USUBJID SUBJID SITEID RFSTDTC RFXSTDTC RFXENDTC RFICDTC RFPENDTC DTHDTC DTHFL AGE AGEU SEX ARMCD ARM "
    "ACTARMCD ACTARM ARMNRS COUNTRY",
    "ds": "USUBJID DSSEQ DSTERM DSDECOD DSCAT DSSCAT DSSTDTC",
    "ie": "USUBJID IESEQ IETESTCD IETEST IECAT IEORRES IESTRESC IEDTC",
    "ex": "USUBJID EXSEQ EXTRT EXDOSE EXDOSU EXROUTE EXLNKID EXSTDTC EXENDTC",
    "pr": "USUBJID PRSEQ PRTRT PRCAT PRLNKID PRSTDTC",
    "tu": "USUBJID TUSEQ TULNKID TUTESTCD TUTEST TUORRES TUSTRESC TULOC TUMETHOD TUEVAL VISITNUM TUDTC",
    "tr": "USUBJID TRSEQ TRGRPID TRLNKID TRTESTCD TRTEST TRORRES TRORRESU TRSTRESC TRSTRESN TRSTRESU TRSTAT "
    "TRREASND TRMETHOD TREVAL VISITNUM TRDTC",
    "ae": "USUBJID AESEQ AETERM AEDECOD AEBODSYS AESER AETOXGR AETOXVER AEACN AEREL AEOUT AESTDTC AEENDTC",
}
Rows = dict[str, list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion of a virtual patient: where it is, how large, how it grows."""

    name: str
    role: str
    organ: str
    size: float
    growth: float
    depth: float


def _day(start: date, days: float) -> str:
    return (start + timedelta(days=int(days))).isoformat()


def _lesions(rng: np.random.Generator, *, gain: float, is_injected: bool) -> list[Lesion]:
    """Draw the lesions of one patient; the first target lies where a needle can reach."""
    lesions: list[Lesion] = []
    for number in range(1 + int(rng.integers(1, 4))):
        organ = str(rng.choice(INJECTABLE if number == 0 else ORGANS))
        extra = 0.6 if is_injected and number == 0 else 0.0
        lesions.append(
            Lesion(
                f"T{number + 1:02d}",
                "TARGET",
                organ,
                float(rng.uniform(16, 60)),
                float(rng.normal(0.0012, 0.0006)),
                max(gain + extra + float(rng.normal(0, 0.35)), -0.5),
            )
        )
    lesions.extend(
        Lesion(f"NT{number + 1:02d}", "NON-TARGET", str(rng.choice(ORGANS)), 8.0, 0.0, gain)
        for number in range(int(rng.integers(0, 3)))
    )
    return lesions


class Patient:
    """One virtual patient: draws a course and writes its rows."""

    def __init__(self, rng: np.random.Generator, rows: Rows, *, number: int, arm: tuple[str, str]) -> None:
        self.rng, self.rows, self.arm = rng, rows, arm
        self.usubjid, self.site = f"SYN-{number:05d}", SITES[number % len(SITES)]
        self.consent = date(2021, 1, 4) + timedelta(days=int(rng.integers(0, 720)))
        self.start = self.consent + timedelta(days=int(rng.integers(10, 28)))
        self.counts: dict[str, int] = defaultdict(int)
        self.is_injected = arm is INJECTED_ARM

    def add(self, domain: str, **values: object) -> None:
        """Keep one row of a domain, numbered."""
        self.counts[domain] += 1
        sequence = {} if domain == "dm" else {f"{domain.upper()}SEQ": self.counts[domain]}
        self.rows[domain].append({"USUBJID": self.usubjid, **sequence, **values})

    def milestone(
        self, term: str, when: str, *, category: str = "PROTOCOL MILESTONE", part: str = ""
    ) -> None:
        """Write one row of disposition."""
        self.add("ds", DSTERM=term, DSDECOD=term, DSCAT=category, DSSCAT=part or None, DSSTDTC=when)

    def demographics(self, **values: object) -> None:
        """Write the row of DM."""
        self.add(
            "dm",
            SUBJID=self.usubjid[4:],
            SITEID=self.site,
            RFICDTC=self.consent.isoformat(),
            AGE=float(np.clip(self.rng.normal(62, 12), 22, 88) // 1),
            AGEU="YEARS",
            SEX=str(self.rng.choice(["M", "F"], p=[0.58, 0.42])),
            COUNTRY="FRA",
            **values,
        )

    def fail_screening(self) -> None:
        """A patient who consented and did not fit."""
        self.demographics(ARMNRS="SCREEN FAILURE")
        when = _day(self.consent, 9)
        self.milestone("INFORMED CONSENT OBTAINED", self.consent.isoformat())
        self.milestone("SCREEN FAILURE", when, category="DISPOSITION EVENT", part="STUDY PARTICIPATION")
        code, label = [("INCL04", "Injectable lesion"), ("INCL06", "Adequate blood counts")][
            int(self.rng.integers(0, 2))
        ]
        self.add("ie", IETESTCD=code, IETEST=label, IECAT="INCLUSION", IEORRES="N", IESTRESC="N", IEDTC=when)

    def never_treated(self) -> None:
        """A randomised patient who withdrew before the first dose."""
        code, name = self.arm
        self.demographics(ARMCD=code, ARM=name, ARMNRS="ASSIGNED, NOT TREATED", RFPENDTC=_day(self.start, 12))
        self.milestone("INFORMED CONSENT OBTAINED", self.consent.isoformat())
        self.milestone("RANDOMIZED", self.start.isoformat())
        self.milestone(
            "WITHDRAWAL BY SUBJECT",
            _day(self.start, 12),
            category="DISPOSITION EVENT",
            part="STUDY PARTICIPATION",
        )

    def treat(self) -> None:
        """A patient's whole course, from consent to death or the end of follow-up."""
        rng = self.rng
        gain = float(rng.normal(0.45, 0.95))
        lesions = _lesions(rng, gain=gain, is_injected=self.is_injected)
        follow_up = (date(2025, 6, 30) - self.start).days
        death = float(rng.exponential(950 * np.exp(0.8 * gain))) + 40
        end = min(death, follow_up)
        progression = self.scan(lesions, end=end)
        severe_at = self.adverse_events(end)
        stop = min(x for x in (progression, severe_at, end, 660.0) if x is not None)
        last_dose = self.dose(stop)
        if progression is not None and progression + 40 < end and rng.random() < 0.7:
            when = _day(self.start, progression + 20)
            self.add(
                "pr",
                PRTRT="Targeted therapy",
                PRCAT="SUBSEQUENT ANTICANCER THERAPY",
                PRSTDTC=when[:7] if rng.random() < 0.1 else when,
            )
        self.biopsies(lesions, end)
        has_died = death <= follow_up
        self.milestone("INFORMED CONSENT OBTAINED", self.consent.isoformat())
        self.milestone("RANDOMIZED", self.start.isoformat())
        reasons = {progression: "PROGRESSIVE DISEASE", severe_at: "ADVERSE EVENT", end: "DEATH"}
        reason = reasons.get(stop, "COMPLETED") if has_died or stop != end else "COMPLETED"
        self.milestone(reason, _day(self.start, stop), category="DISPOSITION EVENT", part="STUDY TREATMENT")
        last = _day(self.start, end)
        outcome = "DEATH" if has_died else "COMPLETED"
        self.milestone(outcome, last, category="DISPOSITION EVENT", part="STUDY PARTICIPATION")
        code, name = self.arm
        self.demographics(
            ARMCD=code,
            ARM=name,
            ACTARMCD=code,
            ACTARM=name,
            RFSTDTC=self.start.isoformat(),
            RFXSTDTC=_day(self.start, 1),
            RFXENDTC=_day(self.start, last_dose),
            RFPENDTC=last,
            DTHFL="Y" if has_died else None,
            DTHDTC=(last[:7] if rng.random() < 0.06 else last) if has_died else None,
        )

    def dose(self, stop: float) -> int:
        """Nivolumab with four doses of ipilimumab, then nivolumab alone, until `stop`."""
        weight, day, last = float(self.rng.normal(74, 13)), 1, 1
        for cycle in range(36):
            if day > max(stop, 1):
                break
            when, last = _day(self.start, day), day
            per_kilogram = 1.0 if cycle < 4 else 3.0
            self.add(
                "ex", EXTRT="NIVOLUMAB", EXDOSE=round(weight * per_kilogram, 1), EXDOSU="mg",
                EXROUTE="INTRAVENOUS", EXSTDTC=when, EXENDTC=when,
            )  # fmt: skip
            if cycle < 4:
                dose = weight * (0.3 if self.is_injected else 3.0)
                self.add(
                    "ex", EXTRT="IPILIMUMAB", EXDOSE=round(dose, 1), EXDOSU="mg",
                    EXROUTE="INTRATUMORAL" if self.is_injected else "INTRAVENOUS",
                    EXLNKID="T01" if self.is_injected else None, EXSTDTC=when, EXENDTC=when,
                )  # fmt: skip
            day += 21 if cycle < 4 else 14
        return last

    def scan(self, lesions: list[Lesion], *, end: float) -> float | None:
        """Write TU and TR until one scan past progression; return the day of progression."""
        rng = self.rng
        base_day = -int(rng.integers(1, 9))
        for lesion in lesions:
            self.identify(lesion.name, lesion.role, lesion.organ, visit=1.0, day=base_day)
        new_lesion_day = float(rng.exponential(900)) + 40
        sums: list[float] = []
        day, visit, progression, has_new = base_day, 1.0, None, False
        while day <= end:
            is_lost = visit > 1 and rng.random() < 0.03
            total = 0.0
            for lesion in lesions:
                total += self.measure(lesion, day=day, visit=visit, is_lost=is_lost and lesion.name == "T01")
            if not is_lost:
                if visit > 1 and total >= 1.2 * min(sums) and total - min(sums) >= 5:
                    progression = progression or float(day)
                sums.append(total)
            if day >= new_lesion_day:
                if not has_new:
                    self.identify("NEW01", "NEW", str(rng.choice(ORGANS)), visit=visit, day=day)
                    has_new, progression = True, progression or float(day)
                self.state("NEW01", "NEW", "UNEQUIVOCAL", day=day, visit=visit)
            if progression is not None and day > progression:
                break
            step = 56 if visit < 8 else 84
            if rng.random() < 0.04:
                step *= 2
            day, visit = (step if visit == 1 else day + step) + int(rng.integers(-4, 5)), visit + 1
        return progression

    def identify(self, name: str, role: str, organ: str, *, visit: float, day: float) -> None:
        """Write the row of TU that names a lesion."""
        self.add(
            "tu", TULNKID=name, TUTESTCD="TUMIDENT", TUTEST="Tumor Identification", TUORRES=role, TUSTRESC=role,
            TULOC=organ, TUMETHOD="CT SCAN", TUEVAL="INVESTIGATOR", VISITNUM=visit, TUDTC=_day(self.start, day),
        )  # fmt: skip

    def state(self, name: str, group: str, state: str, *, day: float, visit: float) -> None:
        """Write the state of a lesion that is not measured."""
        self.add(
            "tr", TRGRPID=group, TRLNKID=name, TRTESTCD="TUMSTATE", TRTEST="Tumor State", TRORRES=state,
            TRSTRESC=state, TRMETHOD="CT SCAN", TREVAL="INVESTIGATOR", VISITNUM=visit, TRDTC=_day(self.start, day),
        )  # fmt: skip

    def measure(self, lesion: Lesion, *, day: float, visit: float, is_lost: bool) -> float:
        """Write one reading of one lesion; return its length."""
        elapsed = max(day, 0)
        change = lesion.growth * elapsed - lesion.depth * (1 - np.exp(-elapsed / 70))
        if lesion.role == "NON-TARGET":
            is_gone = elapsed > 0 and lesion.depth > 0.9
            self.state(lesion.name, lesion.role, "ABSENT" if is_gone else "PRESENT", day=day, visit=visit)
            return 0.0
        length = round(lesion.size * float(np.exp(change + self.rng.normal(0, 0.03) * (elapsed > 0))), 0)
        is_small = length < 5
        if is_small and lesion.depth > 0.9:
            length = 0.0
        shown = "TOO SMALL TO MEASURE" if is_small and length > 0 else f"{length:.0f}"
        length = 5.0 if is_small and length > 0 else length
        is_node = lesion.organ == "LYMPH NODE"
        values: dict[str, object] = (
            {"TRSTAT": "NOT DONE", "TRREASND": "SCAN NOT READABLE"}
            if is_lost
            else {"TRORRES": shown, "TRORRESU": "mm", "TRSTRESC": shown, "TRSTRESN": length, "TRSTRESU": "mm"}
        )
        self.add(
            "tr", TRGRPID=lesion.role, TRLNKID=lesion.name, TRTESTCD="LPERP" if is_node else "LDIAM",
            TRTEST="Longest Perpendicular" if is_node else "Longest Diameter", TRMETHOD="CT SCAN",
            TREVAL="INVESTIGATOR", VISITNUM=visit, TRDTC=_day(self.start, day), **values,
        )  # fmt: skip
        return length

    def event(
        self, term: str, system: str, *, grade: int, day: float, length: float, is_related: bool
    ) -> None:
        """Write one adverse event."""
        is_partial = self.rng.random() < 0.04
        start = _day(self.start, day)
        self.add(
            "ae", AETERM=term, AEDECOD=term, AEBODSYS=system, AESER="Y" if grade >= 3 else "N",
            AETOXGR=str(grade), AETOXVER="4.03", AEREL="RELATED" if is_related else "NOT RELATED",
            AEACN="DRUG WITHDRAWN" if grade >= 3 else "DOSE NOT CHANGED", AEOUT="RECOVERED/RESOLVED",
            AESTDTC=start[:7] if is_partial else start, AEENDTC=_day(self.start, day + length),
        )  # fmt: skip

    def adverse_events(self, end: float) -> float | None:
        """Write the adverse events; return the day of the first severe one that treatment caused."""
        rng = self.rng
        for term, system, share in MILD_EVENTS:
            if rng.random() < share:
                day = 2 + float(rng.exponential(60))
                if day < end:
                    length = min(float(rng.exponential(30)), end - day)
                    grade = 1 + int(rng.random() < 0.35)
                    self.event(
                        term, system, grade=grade, day=day, length=length, is_related=rng.random() < 0.75
                    )
        if self.is_injected and rng.random() < 0.3:
            self.event(
                "Injection site reaction", "General disorders and administration site conditions",
                grade=1, day=1, length=3, is_related=True,
            )  # fmt: skip
        day = float(rng.exponential(650 if self.is_injected else 260)) + 8
        if day >= min(end, 420):
            return None
        term, system = SEVERE_EVENTS[int(rng.integers(0, len(SEVERE_EVENTS)))]
        grade = 4 if rng.random() < 0.12 else 3
        self.event(term, system, grade=grade, day=day, length=min(28, end - day), is_related=True)
        return day

    def biopsies(self, lesions: list[Lesion], end: float) -> None:
        """Write the two biopsies."""
        for day in (-2, 21):
            if day < end:
                self.add(
                    "pr",
                    PRTRT="Core biopsy",
                    PRCAT="BIOPSY",
                    PRLNKID=lesions[0].name,
                    PRSTDTC=_day(self.start, day),
                )


def _break_some_rules(rows: Rows) -> None:
    """Add the few faulty rows that every real folder has: an orphan, an unknown lesion, a scan after death."""
    orphan = dict(rows["ae"][0], USUBJID="SYN-99999", AESEQ=1)
    graded = dict(rows["ae"][1], AESEQ=90, AETOXGR="7")
    stray = dict(rows["tr"][0], TRSEQ=900, TRLNKID="T09")
    dead = next(row for row in rows["dm"] if row.get("DTHDTC") and len(str(row["DTHDTC"])) == 10)
    scan = next(row for row in rows["tr"] if row["USUBJID"] == dead["USUBJID"])
    late = (date.fromisoformat(str(dead["DTHDTC"])) + timedelta(days=30)).isoformat()
    posthumous = dict(scan, TRSEQ=901, TRDTC=late, VISITNUM=99.0)
    rows["ae"] += [orphan, graded, dict(rows["ae"][2])]
    rows["tr"] += [stray, posthumous]


def simulate_tables(*, patients: int, seed: int) -> dict[str, pl.DataFrame]:
    """Simulate the SDTM tables of a trial with two patients in the injected arm for each in the other.

    Args:
        patients: patients treated; some more are screened or randomised without a dose.
        seed: of the random generator; the same seed gives the same tables.

    Returns:
        One frame per domain, in lower case: dm, ds, ie, ex, pr, tu, tr, ae.
    """
    rng = np.random.default_rng(seed)
    rows: Rows = {domain: [] for domain in COLUMNS}
    failures, untreated = max(patients // 5, 2), max(patients // 30, 1)
    for number in range(1, patients + failures + untreated + 1):
        arm = INTRAVENOUS_ARM if number % 3 == 0 else INJECTED_ARM
        patient = Patient(rng, rows, number=number, arm=arm)
        if number <= patients:
            patient.treat()
        elif number <= patients + untreated:
            patient.never_treated()
        else:
            patient.fail_screening()
    _break_some_rules(rows)
    return {domain: _frame(domain, table) for domain, table in rows.items()}


def _frame(domain: str, table: list[dict[str, object]]) -> pl.DataFrame:
    columns = COLUMNS[domain].split()
    frame = pl.DataFrame(
        {column: [row.get(column) for row in table] for column in columns},
    )
    return frame.select(
        pl.lit(STUDY).alias("STUDYID"), pl.lit(domain.upper()).alias("DOMAIN"), *map(pl.col, columns)
    )


def main() -> None:
    """Write the folder as CSV."""
    parser = argparse.ArgumentParser(description="Simulate SDTM tables; no real patient is in them.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=61)
    parser.add_argument("--seed", type=int, default=20260131)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for domain, frame in simulate_tables(patients=options.patients, seed=options.seed).items():
        frame.write_csv(options.out / f"{domain}.csv")


if __name__ == "__main__":
    main()
