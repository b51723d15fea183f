"""What the tables of a trial must be to each other: named rules, each with its sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from abscopal.tables.codelists import read_codelist
from abscopal.tables.setting_apart import ROW

Tables = Mapping[str, pl.DataFrame]

# A fragment such as T04.1 belongs to lesion T04; a merged lesion is named T01/T02 (TUTESTCD TUMERGE).
FRAGMENT = r"\.\d+$"
LONGEST_LESION_MM = 500
START_DATES = {
    "ds": "DSSTDTC", "ie": "IEDTC", "ex": "EXSTDTC", "pr": "PRSTDTC", "tu": "TUDTC", "tr": "TRDTC",
    "rs": "RSDTC", "ae": "AESTDTC", "cp": "CPDTC",
    # A specimen is shipped and thawed after its donor's death; it is not collected then.
    "be": "BEDTC",
}  # fmt: skip
PERIODS = {"ae": ("AESTDTC", "AEENDTC"), "ex": ("EXSTDTC", "EXENDTC"), "pr": ("PRSTDTC", "PRENDTC")}
LESION_LENGTHS = ("LDIAM", "LPERP", "SAXIS", "DIAMETER")
SEEN = pl.col("TRSTAT").is_null() & (pl.col("TRSTRESC") != "ABSENT").fill_null(value=True)


@dataclass(frozen=True, slots=True)
class CrossTableRule:
    """A rule between tables or rows.

    Args:
        name: identifier printed beside each row it sets apart.
        sentence: what is wrong and what to do.
        find_broken: from all tables, the rows that break it, by domain.
    """

    name: str
    sentence: str
    find_broken: Callable[[Tables], dict[str, pl.DataFrame]]


def read_complete_date(column: str) -> pl.Expr:
    """The calendar date of a complete --DTC, null when partial: a doubt never sets a row apart."""
    return pl.col(column).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def find_unknown_patients(tables: Tables) -> dict[str, pl.DataFrame]:
    """Rows of a patient who is not in DM."""
    known = tables["dm"].select("USUBJID")
    return {name: rows.join(known, on="USUBJID", how="anti") for name, rows in tables.items() if name != "dm"}


def find_unknown_lesions(tables: Tables) -> dict[str, pl.DataFrame]:
    """Measurements of a lesion that its reader has not named."""
    if "tr" not in tables or "tu" not in tables:
        return {}
    measured = (
        tables["tr"]
        .filter(pl.col("TRLNKID").is_not_null())
        .with_columns(LESION=pl.col("TRLNKID").str.replace(FRAGMENT, ""))
    )
    named = name_lesions(tables["tu"])
    return {
        "tr": measured.join(
            named, on=["USUBJID", "TREVAL", "TREVALID", "LESION"], how="anti", nulls_equal=True
        )
    }


def name_lesions(identification: pl.DataFrame) -> pl.DataFrame:
    """Every lesion that a reader has named, fragments and merged lesions under each of their names."""
    return (
        identification.select(
            "USUBJID",
            TREVAL="TUEVAL",
            TREVALID="TUEVALID",
            LESION=pl.concat_list(pl.concat_list(pl.col("TULNKID")), pl.col("TULNKID").str.split("/")),
        )
        .explode("LESION")
        .with_columns(pl.col("LESION").str.replace(FRAGMENT, ""))
        .unique()
    )


def find_results_without_lesion(tables: Tables) -> dict[str, pl.DataFrame]:
    """Lengths and states of a lesion that name no lesion: nobody can say whose they are."""
    if "tr" not in tables:
        return {}
    of_one_lesion = pl.col("TRTESTCD").is_in([*LESION_LENGTHS, "TUMSTATE", "LNSTATE"])
    return {
        "tr": tables["tr"].filter(of_one_lesion & pl.col("TRLNKID").is_null() & pl.col("TRSTAT").is_null())
    }


def find_injections_of_unknown_lesions(tables: Tables) -> dict[str, pl.DataFrame]:
    """Intratumoural doses without a lesion, or into a lesion that nobody has named."""
    if "ex" not in tables:
        return {}
    is_injection = pl.col("EXROUTE").str.to_uppercase().str.contains("INTRATUMO")
    injections = (
        tables["ex"].filter(is_injection).with_columns(LESION=pl.col("EXLNKID").str.replace(FRAGMENT, ""))
    )
    if "tu" not in tables:
        return {"ex": injections.filter(pl.col("EXLNKID").is_null())}
    named = name_lesions(tables["tu"]).select("USUBJID", "LESION").unique()
    return {"ex": injections.join(named, on=["USUBJID", "LESION"], how="anti")}


def date_births(identification: pl.DataFrame, *by: str) -> pl.DataFrame:
    """When each lesion that was never there at baseline was first seen.

    Args:
        identification: rows of TU.
        by: what tells lesions apart: the patient, and the reader where readers name lesions apart.

    Returns:
        The columns of `by`, LESION without its fragment, BIRTH.
    """
    role = pl.col("TUSTRESC").fill_null(pl.col("TUORRES"))
    return (
        identification.filter(role.is_in(["TARGET", "NON-TARGET", "NEW"]))
        .group_by(*by, LESION=pl.col("TULNKID").str.replace(FRAGMENT, ""))
        .agg(BIRTH=read_complete_date("TUDTC").min(), ALWAYS_NEW=(role == "NEW").all())
        .filter("ALWAYS_NEW", pl.col("BIRTH").is_not_null())
        .drop("ALWAYS_NEW")
    )


def find_measured_before_birth(tables: Tables) -> dict[str, pl.DataFrame]:
    """Measurements and injections of a new lesion before the scan that found it.

    A measurement is held against its own reader; an injection is no reader's, so a lesion that any reader
    saw at baseline was there to be injected. A lesion said to be absent, or not looked at, was not measured.
    """
    if "tu" not in tables:
        return {}
    broken = {}
    if "tr" in tables:
        births = date_births(tables["tu"], "USUBJID", "TUEVAL", "TUEVALID")
        measured = tables["tr"].filter(SEEN).with_columns(LESION=pl.col("TRLNKID").str.replace(FRAGMENT, ""))
        dated = measured.join(
            births,
            left_on=["USUBJID", "TREVAL", "TREVALID", "LESION"],
            right_on=["USUBJID", "TUEVAL", "TUEVALID", "LESION"],
            nulls_equal=True,
        )
        broken["tr"] = dated.filter(read_complete_date("TRDTC") < pl.col("BIRTH"))
    if "ex" in tables:
        injected = tables["ex"].with_columns(LESION=pl.col("EXLNKID").str.replace(FRAGMENT, ""))
        dated = injected.join(date_births(tables["tu"], "USUBJID"), on=["USUBJID", "LESION"])
        broken["ex"] = dated.filter(read_complete_date("EXSTDTC") < pl.col("BIRTH"))
    return broken


def find_after_death(tables: Tables) -> dict[str, pl.DataFrame]:
    """Rows that begin or end after the patient's death; on the day itself is possible."""
    deaths = tables["dm"].select("USUBJID", DEATH=read_complete_date("DTHDTC")).drop_nulls()
    return {
        name: tables[name]
        .join(deaths, on="USUBJID")
        .filter(
            pl.any_horizontal(
                read_complete_date(date) > pl.col("DEATH") for date in {start, *PERIODS.get(name, ())}
            )
        )
        for name, start in START_DATES.items()
        if name in tables
    }


# One lesion has one length a day, whatever the visit is called; without a whole date the visit stands for it.
MOMENT = {
    "DAY": read_complete_date("TRDTC"),
    "OTHERWISE_VISIT": pl.when(read_complete_date("TRDTC").is_null()).then("VISITNUM"),
    "OTHERWISE_DATE": pl.when(read_complete_date("TRDTC").is_null()).then("TRDTC"),
}
SAME_MEASURE = ["USUBJID", "TRLNKID", "TRTESTCD", "TREVAL", "TREVALID", *MOMENT]


def find_repeated_results(tables: Tables) -> dict[str, pl.DataFrame]:
    """Results that say again what an earlier row of the same measure says."""
    if "tr" not in tables:
        return {}
    measured = tables["tr"].filter(pl.col("TRLNKID").is_not_null()).with_columns(**MOMENT)
    same_result = pl.struct(*SAME_MEASURE, "TRSTRESC", "TRSTRESN", "TRSTAT")
    return {"tr": measured.sort(ROW).filter(~same_result.is_first_distinct())}


def find_measured_twice(tables: Tables) -> dict[str, pl.DataFrame]:
    """Two different results of one test of one lesion by one reader on one day.

    A lesion measured whole and in fragments has two results; and where one fragment has two, nobody knows which
    fragments belong together, so that all of that day go.
    """
    if "tr" not in tables:
        return {}
    measured = (
        tables["tr"]
        .filter(pl.col("TRLNKID").is_not_null())
        .with_columns(**MOMENT, LESION=pl.col("TRLNKID").str.replace(FRAGMENT, ""))
    )
    is_fragment = pl.col("TRLNKID") != pl.col("LESION")
    is_whole = ~is_fragment & pl.col("TRSTAT").is_null()
    same_test = ["LESION" if key == "TRLNKID" else key for key in SAME_MEASURE]
    same_day = [key for key in same_test if key != "TRTESTCD"]
    twice = measured.with_columns(
        TWICE=pl.struct(SAME_MEASURE).is_duplicated(),
        BOTH=is_fragment.any().over(same_test) & is_whole.any().over(same_test),
        IN_FRAGMENTS=is_fragment,
    )
    torn = (pl.col("TWICE") & pl.col("IN_FRAGMENTS")).any().over(same_day) & pl.col("IN_FRAGMENTS")
    return {"tr": twice.filter(pl.col("TWICE") | pl.col("BOTH") | torn)}


def find_undated_results(tables: Tables) -> dict[str, pl.DataFrame]:
    """Results that neither their own date nor the other scans of their visit place in time."""
    if "tr" not in tables:
        return {}
    visit = ["USUBJID", "TREVAL", "TREVALID", "VISITNUM"]
    measured = tables["tr"].filter(pl.col("TRLNKID").is_not_null())
    dated = measured.filter(pl.col("TRDTC").is_not_null(), pl.col("VISITNUM").is_not_null())
    done = (pl.col("TRSTAT") != "NOT DONE").fill_null(value=True)
    undated = measured.filter(pl.col("TRDTC").is_null(), done)
    broken = {"tr": undated.join(dated, on=visit, how="anti", nulls_equal=True)}
    if "tu" in tables:
        role = pl.col("TUSTRESC").fill_null(pl.col("TUORRES"))
        new = tables["tu"].filter(role == "NEW", pl.col("TUDTC").is_null())
        reader = {"TUEVAL": "TREVAL", "TUEVALID": "TREVALID", "TULNKID": "TRLNKID"}
        unseen = new.rename(reader).join(measured, on=[*visit[:3], "TRLNKID"], how="anti", nulls_equal=True)
        lost = unseen.join(dated, on=visit, how="anti", nulls_equal=True)
        broken["tu"] = lost.rename({standard: own for own, standard in reader.items()})
    return broken


def find_unknown_roles(tables: Tables) -> dict[str, pl.DataFrame]:
    """Lesions whose role is not in the vocabulary."""
    if "tu" not in tables:
        return {}
    known = list(read_codelist("lesion_roles").terms)
    role = pl.col("TUSTRESC").fill_null(pl.col("TUORRES"))
    return {
        "tu": tables["tu"].filter(
            (pl.col("TUTESTCD") == "TUMIDENT") & ~role.is_in(known).fill_null(value=False)
        )
    }


def find_changed_roles(tables: Tables) -> dict[str, pl.DataFrame]:
    """Lesions that one reader calls by two roles: a target status never changes."""
    if "tu" not in tables:
        return {}
    roles = (
        tables["tu"]
        .filter(pl.col("TUTESTCD") == "TUMIDENT")
        .with_columns(ROLE=pl.col("TUSTRESC").fill_null(pl.col("TUORRES")))
    )
    earliest = read_complete_date("TUDTC").min().over("USUBJID", "TUEVAL", "TUEVALID", "TULNKID")
    first_role = pl.col("ROLE").sort_by(read_complete_date("TUDTC"), "TUSEQ", nulls_last=True).first()
    return {
        "tu": roles.with_columns(
            FIRST_ROLE=first_role.over("USUBJID", "TUEVAL", "TUEVALID", "TULNKID"), FIRST=earliest
        ).filter(pl.col("ROLE") != pl.col("FIRST_ROLE"))
    }


def find_new_at_baseline(tables: Tables) -> dict[str, pl.DataFrame]:
    """New lesions dated no later than the first day on which their reader names a lesion of baseline."""
    if "tu" not in tables:
        return {}
    reader = ["USUBJID", "TUEVAL", "TUEVALID"]
    named = tables["tu"].with_columns(
        ROLE=pl.col("TUSTRESC").fill_null(pl.col("TUORRES")), DAY=read_complete_date("TUDTC")
    )
    baseline = (
        named.filter(pl.col("ROLE").is_in(["TARGET", "NON-TARGET"]))
        .group_by(reader)
        .agg(START=pl.col("DAY").min())
    )
    new = named.filter(pl.col("ROLE") == "NEW").join(baseline, on=reader, nulls_equal=True)
    return {"tu": new.filter(pl.col("DAY") <= pl.col("START"))}


def find_other_units(tables: Tables) -> dict[str, pl.DataFrame]:
    """Lengths that are not in millimetres; the unit as collected counts where no standard one is given."""
    if "tr" not in tables:
        return {}
    lengths = tables["tr"].filter(
        pl.col("TRTESTCD").is_in([*LESION_LENGTHS, "SUMDIAM"]) & pl.col("TRSTAT").is_null()
    )
    return {"tr": lengths.filter(pl.coalesce("TRSTRESU", "TRORRESU").str.to_lowercase() != "mm")}


def find_implausible_lengths(tables: Tables) -> dict[str, pl.DataFrame]:
    """Lengths of one lesion beyond half a metre."""
    if "tr" not in tables:
        return {}
    lengths = tables["tr"].filter(pl.col("TRTESTCD").is_in(LESION_LENGTHS))
    return {"tr": lengths.filter(pl.col("TRSTRESN") > LONGEST_LESION_MM)}


def find_end_before_start(tables: Tables) -> dict[str, pl.DataFrame]:
    """Periods that end before they begin."""
    return {
        name: tables[name].filter(read_complete_date(end) < read_complete_date(start))
        for name, (start, end) in PERIODS.items()
        if name in tables
    }


# In this order: each rule sees the rows that those before it admitted, so TU is settled before TR is held
# against it and no measurement is admitted whose lesion was set apart.
CROSS_TABLE_RULES = (
    CrossTableRule(
        "unknown_patient",
        "the patient has no row in DM, or that row is set apart; mend DM, or correct USUBJID.",
        find_unknown_patients,
    ),
    CrossTableRule(
        "after_death",
        "the record begins or ends after the patient's death; correct one of the dates.",
        find_after_death,
    ),
    CrossTableRule(
        "end_before_start",
        "the record ends before it begins; correct one of the dates.",
        find_end_before_start,
    ),
    CrossTableRule(
        "unknown_role",
        "the role of a lesion must be TARGET, NON-TARGET or NEW; correct TUSTRESC.",
        find_unknown_roles,
    ),
    CrossTableRule(
        "changed_role",
        "the lesion already has another role (target, non-target, new) for this reader; roles never change.",
        find_changed_roles,
    ),
    CrossTableRule(
        "new_at_baseline",
        "a new lesion is listed at baseline; what was there at baseline is a target or a non-target: correct TUSTRESC.",
        find_new_at_baseline,
    ),
    CrossTableRule(
        "no_lesion_named",
        "a length or a state is given and no lesion is named; fill in TRLNKID.",
        find_results_without_lesion,
    ),
    CrossTableRule(
        "unknown_lesion",
        "no row of TU in which this reader names the lesion was admitted; mend TU, or correct TRLNKID.",
        find_unknown_lesions,
    ),
    CrossTableRule(
        "undated_result",
        "the scan has no date and no other scan of its visit has one; fill in the date of the scan.",
        find_undated_results,
    ),
    CrossTableRule(
        "injection_of_unknown_lesion",
        "an intratumoural dose must name in EXLNKID a lesion that TU knows; correct EXLNKID.",
        find_injections_of_unknown_lesions,
    ),
    CrossTableRule(
        "before_birth_of_lesion",
        "a new lesion is measured or injected before the scan that found it; correct a date, or the lesion.",
        find_measured_before_birth,
    ),
    CrossTableRule(
        "other_unit",
        "lengths must be in mm in TRSTRESN and TRSTRESU; convert both at the source.",
        find_other_units,
    ),
    CrossTableRule(
        "implausible_length",
        f"a lesion longer than {LONGEST_LESION_MM} mm is not plausible; check the unit and the decimal mark.",
        find_implausible_lengths,
    ),
    CrossTableRule(
        "repeated_result",
        "an earlier row gives the same result of the same measure; the earlier one is used: remove this one.",
        find_repeated_results,
    ),
    CrossTableRule(
        "measured_twice",
        "one reader gives two different results for one test of one lesion on one day; keep one.",
        find_measured_twice,
    ),
)


def number_rows(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Give each row its number in the source, from 1."""
    return {name: frame.with_row_index(ROW, offset=1) for name, frame in tables.items()}
