"""Unconfirmed progression through time: where a series begins, what confirms it, what lifts it.

A series begins with progression in any category and stands until it is confirmed or lifted. The
assessments are taken in order, all patients at once: the first of each, then the second of each.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from abscopal.derivations.response.settings import ResponseSettings

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

RISE_TENTHS = 50
UNKNOWN = np.iinfo(np.int64).max // 4
# How good a response without the new lesions is; what progresses or is not known stands apart.
RANKS = {"CR": 0, "PR": 1, "SD": 2, "NON-CR/NON-PD": 2, "PD": 8, "NE": 9}
PARTIAL, STABLE, PROGRESSED, NOT_EVALUABLE = 1, 2, 8, 9
STANDINGS = (
    "FREE", "NOT_EVALUABLE", "MISSING", "BEGINS", "STANDS", "EARLY", "CONFIRMED", "CONFIRMED_EARLY",
    "CONFIRMED_BEFORE", "LIFTED",
)  # fmt: skip
FREE, NE, MISSING, BEGINS, STANDS, EARLY, CONFIRMED, CONFIRMED_EARLY, CONFIRMED_BEFORE, LIFTED = range(10)
CAUSES = (
    "SUM_ROSE", "NON_TARGET_ROSE", "NLT_ROSE", "NLNT_ROSE", "FURTHER_NEW_LESION", "NEWLY_TARGET",
    "NEWLY_NON_TARGET", "NEWLY_NEW_LESION",
)  # fmt: skip


@dataclass(slots=True)
class Series:
    """Where every patient stands between two assessments."""

    is_open: Flags
    is_confirmed: Flags
    target: Flags
    non_target: Flags
    new: Flags
    forgiven: Flags
    pending_non_target: Flags
    pending_new: Flags
    pending_increase: Flags
    first_day: Numbers
    last_day: Numbers
    start_rank: Numbers
    lowest_sum: Numbers
    lowest_new: Numbers
    new_nadir: Numbers

    @classmethod
    def begin(cls, patients: int) -> "Series":
        """Nobody has progressed."""
        flags = [np.zeros(patients, dtype=bool) for _ in range(9)]
        days = [np.zeros(patients, dtype=np.int64) for _ in range(3)]
        return cls(*flags, *days, *(np.full(patients, UNKNOWN) for _ in range(3)))


@dataclass(slots=True)
class Scan:
    """What one assessment of some patients shows; lengths in tenths of a millimetre, UNKNOWN where not known."""

    day: Numbers
    rank: Numbers
    target: Flags
    non_target: Flags
    total: Numbers
    measured: Numbers
    symptom: Flags
    non_target_rose: Flags
    non_target_fell: Flags
    new_seen: Flags
    new_missing: Flags
    new_appeared: Flags
    new_joined: Flags
    new_rose: Flags
    new_worse: Flags
    new_fell: Flags
    new_total: Numbers
    new_measured: Numbers

    def take(self, rows: Numbers) -> "Scan":
        """These rows alone."""
        return Scan(*(getattr(self, name)[rows] for name in Scan.__slots__))


COLUMNS = {
    "day": "day", "rank": "RANK", "target": "TARGETPD", "non_target": "NONTARGETPD", "total": "SUM",
    "measured": "MEASURED", "symptom": "SYMPTOM", "non_target_rose": "NTROSE", "non_target_fell": "NTFELL",
    "new_seen": "NLPRESENT", "new_missing": "NLMISSING", "new_appeared": "NLAPPEARED",
    "new_joined": "NLTJOINED", "new_rose": "NLNTROSE", "new_worse": "NLNTWORSE", "new_fell": "NLNTFELL",
    "new_total": "NLTSUM", "new_measured": "NLTMEASURED",
}  # fmt: skip


def derive_progression_series(levels: pl.DataFrame, settings: ResponseSettings) -> pl.DataFrame:
    """Say of each assessment whether progression begins, stands, is confirmed or is lifted.

    Args:
        levels: one row per assessment after baseline, in key order: RECORD, `day`, BASERESP (the overall
            response without the new lesions, in the codes of RECIST 1.1), TRGRESP and NTRGRESP likewise, SUM
            and MEASURED, and the columns of `derive_new_lesion_course`, `derive_non_target_changes` and
            `derive_symptom_scans`.
        settings: the readings of the rules in force.

    Returns:
        The same rows with STANDING (one of STANDINGS), CAUSE (what confirmed, joined by +), FIRSTDAY (the
        day of the first assessment of the series), LATE, NEWPD (new lesions progress), NEWGREW (by growth
        alone), IUPDSUM and IUPDNLT (the smallest sums of the series before this assessment).

    Reference:
        iRECIST, Tables 2 and 3 (doi:10.1016/S1470-2045(17)30074-8); EORTC iRECIST questions and answers.

    Example:
        >>> course = {"day": [56, 84], "BASERESP": ["PD", "PD"], "TRGRESP": ["PD", "PD"], "SUM": [1250, 1300]}
        >>> rows = pl.DataFrame({
        ...     "RECORD": [1, 1], **course, "NTRGRESP": ["NA", "NA"], "MEASURED": course["SUM"],
        ...     "NLTSUM": [None, None], "NLTMEASURED": [None, None],
        ...     **{name: [False, False] for name in COLUMNS.values() if name.startswith(("NLP", "NLM", "NLA"))},
        ...     **{name: [False, False] for name in COLUMNS.values() if name.startswith(("NLN", "NLTJ", "NT"))},
        ...     "SYMPTOM": [False, False],
        ... })
        >>> series = derive_progression_series(rows, ResponseSettings())
        >>> series.select("STANDING", "CAUSE", "IUPDSUM").rows()
        [('BEGINS', '', None), ('CONFIRMED', 'SUM_ROSE', 1250)]
    """
    known = levels.with_columns(
        RANK=pl.col("BASERESP").replace_strict(RANKS, return_dtype=pl.Int64),
        TARGETPD=pl.col("TRGRESP") == "PD",
        NONTARGETPD=pl.col("NTRGRESP") == "PD",
    )
    lengths = ["SUM", "MEASURED", "NLTSUM", "NLTMEASURED"]
    filled = known.with_columns(pl.col(lengths).cast(pl.Int64).fill_null(UNKNOWN))
    scans = Scan(**{name: filled[column].to_numpy() for name, column in COLUMNS.items()})
    patient = filled["RECORD"].to_numpy()
    found = {
        "STANDING": np.zeros(len(patient), dtype=np.int64),
        "CAUSES": np.zeros(len(patient), dtype=np.int64),
        "FIRSTDAY": np.zeros(len(patient), dtype=np.int64),
        "LATE": np.zeros(len(patient), dtype=bool),
        "NEWPD": np.zeros(len(patient), dtype=bool),
        "NEWGREW": np.zeros(len(patient), dtype=bool),
        "IUPDSUM": np.zeros(len(patient), dtype=np.int64),
        "IUPDNLT": np.zeros(len(patient), dtype=np.int64),
    }
    starts = np.flatnonzero(np.diff(patient, prepend=-1)) if len(patient) else np.array([], dtype=np.int64)
    counts = np.diff(starts, append=len(patient))
    series = Series.begin(len(starts))
    for place in range(int(counts.max(initial=0))):
        patients = np.flatnonzero(counts > place)
        rows = starts[patients] + place
        for name, values in _take_scan(series, patients, scans.take(rows), settings).items():
            found[name][rows] = values
    return levels.with_columns(
        STANDING=pl.Series(found["STANDING"]).replace_strict(
            dict(enumerate(STANDINGS)), return_dtype=pl.String
        ),
        CAUSE=_name_causes(pl.Series(found["CAUSES"])),
        FIRSTDAY=pl.Series(found["FIRSTDAY"]),
        LATE=pl.Series(found["LATE"]),
        NEWPD=pl.Series(found["NEWPD"]),
        NEWGREW=pl.Series(found["NEWGREW"]),
        **{name: _or_null(found[name]) for name in ("IUPDSUM", "IUPDNLT")},
    )


def _take_scan(
    series: Series, patients: Numbers, scan: Scan, settings: ResponseSettings
) -> dict[str, npt.NDArray[np.generic]]:
    """Judge one assessment of each of these patients, and move their series on."""
    is_open, was_confirmed = series.is_open[patients], series.is_confirmed[patients]
    has_new, forgiven = series.new[patients], series.forgiven[patients]
    begun, pending_new = _find_new_progression(series, patients, scan, settings)
    routes = _find_confirmations(series, patients, scan, new_progression=begun | pending_new)
    confirms = np.any(list(routes.values()), axis=0)

    since = series.first_day if settings.irecist_days_from == "first_iupd" else series.last_day
    soon = scan.day - since[patients] < settings.irecist_early_days - settings.irecist_early_tolerance_days
    early = is_open & ~was_confirmed & soon
    excepted = scan.symptom & scan.new_appeared
    confirmed = is_open & ~was_confirmed & confirms & (~early | excepted)

    lifted = is_open & ~confirmed & _lifts(series, patients, scan, settings, grown=confirms & ~was_confirmed)
    evident = scan.target | scan.non_target | (has_new & scan.new_seen) | confirms
    stands = is_open & ~confirmed & ~lifted & (evident | (scan.rank != NOT_EVALUABLE))
    begins = ~is_open & (scan.target | scan.non_target | begun)
    unseen = ~is_open & ~begins & scan.new_missing & ~forgiven & (settings.new_lesion_missing == "unresolved")

    standing = np.select(
        [begins, confirmed & early, confirmed, lifted, stands & was_confirmed, stands & early, stands],
        [BEGINS, CONFIRMED_EARLY, CONFIRMED, LIFTED, CONFIRMED_BEFORE, EARLY, STANDS],
        default=np.where(scan.rank == NOT_EVALUABLE, NE, np.where(unseen, MISSING, FREE)),
    )
    answers: dict[str, npt.NDArray[np.generic]] = {
        "STANDING": standing,
        "CAUSES": np.where(
            confirmed, sum(route.astype(np.int64) << place for place, route in enumerate(routes.values())), 0
        ),
        "FIRSTDAY": np.where(begins, scan.day, np.where(is_open, series.first_day[patients], UNKNOWN)),
        "LATE": confirmed & (scan.day - series.last_day[patients] > settings.irecist_late_days),
        "NEWGREW": begun & forgiven & ~scan.new_appeared,
        "IUPDSUM": np.where(is_open, series.lowest_sum[patients], UNKNOWN),
        "IUPDNLT": np.where(is_open, series.lowest_new[patients], UNKNOWN),
    }
    _move_on(series, patients, scan, settings, standing=standing, early=early, begun=begun)
    answers["NEWPD"] = series.new[patients] & scan.new_seen
    return answers


def _find_new_progression(
    series: Series, patients: Numbers, scan: Scan, settings: ResponseSettings
) -> tuple[Flags, Flags]:
    """Progression by new lesions: by their presence, or, once forgiven, by growth or a further one.

    Returns:
        Whether it is shown now, and whether it was shown by a scan that came too soon and still is.
    """
    nadir = series.new_nadir[patients]
    known = (nadir < UNKNOWN) & (scan.new_measured < UNKNOWN) & ~scan.new_joined
    rise = np.where(known, scan.new_measured - nadir, -1)
    grown = (
        (rise > 0)
        & (rise * 100 >= nadir * settings.new_lesion_reset_percent - 1e-6)
        & (rise >= settings.new_lesion_reset_mm * 10 - 1e-6)
    )
    forgiven = series.forgiven[patients]
    shown = scan.new_seen & (~forgiven | scan.new_appeared | grown | scan.new_worse)
    return shown, series.pending_new[patients] & scan.new_seen


def _find_confirmations(
    series: Series, patients: Numbers, scan: Scan, *, new_progression: Flags
) -> dict[str, Flags]:
    """Every route to confirmed progression: further growth in a category, or a category that joins."""
    target, non_target, new = (
        series.target[patients],
        series.non_target[patients],
        series.new[patients],
    )
    sum_rose = _rose(scan.measured, series.lowest_sum[patients])
    # A known new lesion that is measured for the first time has not grown by its whole length.
    new_rose = _rose(scan.new_measured, series.lowest_new[patients]) & ~scan.new_joined
    still_rose = series.pending_non_target[patients] & ~scan.non_target_fell
    still_increased = series.pending_increase[patients] & ~scan.new_fell
    further = scan.new_appeared | series.pending_new[patients]
    return {
        "SUM_ROSE": target & scan.target & sum_rose,
        "NON_TARGET_ROSE": non_target & scan.non_target & (scan.non_target_rose | still_rose),
        "NLT_ROSE": new & scan.new_seen & new_rose,
        "NLNT_ROSE": new & scan.new_seen & (scan.new_rose | still_increased),
        "FURTHER_NEW_LESION": new & scan.new_seen & further,
        "NEWLY_TARGET": ~target & scan.target,
        "NEWLY_NON_TARGET": ~non_target & scan.non_target,
        "NEWLY_NEW_LESION": ~new & new_progression,
    }


def _rose(measured: Numbers, lowest: Numbers) -> Flags:
    """By 5 mm or more, where both are known."""
    return (measured < UNKNOWN) & (lowest < UNKNOWN) & (measured - lowest >= RISE_TENTHS)


def _lifts(
    series: Series, patients: Numbers, scan: Scan, settings: ResponseSettings, *, grown: Flags
) -> Flags:
    """Whether response or stable disease lifts the series: nothing progresses, and no new lesion speaks against it.

    Beside a new lesion that is still there the other lesions must do better than when the series began.
    """
    answers = (scan.rank <= STABLE) & ~scan.target & ~scan.non_target & ~grown
    has_new = series.new[patients]
    silent = has_new & scan.new_missing
    beside = has_new & (scan.new_seen | scan.new_missing)
    enough = STABLE if settings.new_lesion_isd_resets else PARTIAL
    better = (scan.rank < series.start_rank[patients]) & (scan.rank <= enough)
    unresolved = silent & (settings.new_lesion_missing == "unresolved")
    return answers & ~unresolved & (~beside | better)


def _move_on(
    series: Series,
    patients: Numbers,
    scan: Scan,
    settings: ResponseSettings,
    *,
    standing: Numbers,
    early: Flags,
    begun: Flags,
) -> None:
    """Where each patient stands after this assessment."""
    begins, lifted = standing == BEGINS, standing == LIFTED
    confirmed = (standing == CONFIRMED) | (standing == CONFIRMED_EARLY)
    # A later assessment is judged against the first, but a scan that came too soon is no reference.
    counts = ~early & ((standing == STANDS) | (standing == NE))
    pends = standing == EARLY

    joins = begins | confirmed
    for name, shown in (("target", scan.target), ("non_target", scan.non_target), ("new", begun)):
        flags = getattr(series, name)
        flags[patients] = np.where(begins, shown, flags[patients] | (confirmed & shown)) & ~lifted
    series.forgiven[patients] = (series.forgiven[patients] | lifted) & ~(joins & begun)

    ended = (
        lifted if settings.irecist_bridge_ne else lifted | ((standing == NE) & ~series.is_confirmed[patients])
    )
    series.is_open[patients] = (series.is_open[patients] | begins) & ~ended
    series.is_confirmed[patients] = (series.is_confirmed[patients] | confirmed) & ~lifted

    has_new = series.new[patients]
    for name, shown, undone in (
        ("pending_non_target", series.non_target[patients] & scan.non_target_rose, scan.non_target_fell),
        ("pending_new", scan.new_appeared | (~has_new & scan.new_worse), ~scan.new_seen),
        ("pending_increase", has_new & scan.new_rose, scan.new_fell),
    ):
        flags = getattr(series, name)
        earlier = flags[patients]
        flags[patients] = np.where(pends, (earlier & ~undone) | shown, earlier & (standing == NE))

    series.first_day[patients] = np.where(begins, scan.day, series.first_day[patients])
    evaluated = begins | (standing == STANDS)
    series.last_day[patients] = np.where(evaluated, scan.day, series.last_day[patients])
    # Where the other lesions were not evaluable at the start, a partial response is better, stable is not.
    rank = np.where(
        scan.target | scan.non_target, PROGRESSED, np.where(scan.rank == NOT_EVALUABLE, STABLE, scan.rank)
    )
    series.start_rank[patients] = np.where(begins, rank, series.start_rank[patients])
    for name, value in (("lowest_sum", scan.total), ("lowest_new", scan.new_total)):
        lowest = getattr(series, name)
        so_far = lowest[patients]
        lower = (
            np.minimum(so_far, value)
            if settings.irecist_reference == "smallest"
            else np.where(so_far < UNKNOWN, so_far, value)
        )
        lowest[patients] = np.where(begins, value, np.where(counts, lower, so_far))
    restart = scan.new_joined & ~begins
    counted = np.where(counts, scan.new_total, UNKNOWN)
    series.lowest_new[patients] = np.where(restart, counted, series.lowest_new[patients])
    nadir = series.new_nadir[patients]
    series.new_nadir[patients] = np.where(scan.new_joined, scan.new_total, np.minimum(nadir, scan.new_total))


def _name_causes(codes: pl.Series) -> pl.Series:
    """Bits to words, joined by +."""
    known = codes.unique().to_list()
    words = {
        code: " + ".join(cause for place, cause in enumerate(CAUSES) if code >> place & 1) for code in known
    }
    return codes.replace_strict(words, return_dtype=pl.String)


def _or_null(values: npt.NDArray[np.generic]) -> pl.Series:
    frame = pl.DataFrame({"value": values})
    return frame.select(pl.when(pl.col("value") < UNKNOWN).then("value"))["value"]
