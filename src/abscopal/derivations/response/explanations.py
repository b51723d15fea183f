"""Each response in a sentence, with its numbers, in English or French."""

from typing import Literal

import dataframely as dy
import polars as pl

from abscopal.derivations.response.criterion import Criterion
from abscopal.derivations.response.named_lesions import NAMES, derive_named_lesions
from abscopal.derivations.response.reasons import REASONS
from abscopal.derivations.response.series_explanations import explain_new_lesions, explain_series
from abscopal.tables.adam import LesionAssessments, ResponseAnalysis

Language = Literal["en", "fr"]
Part = Literal["", "INJECTED", "NON-INJECTED"]
KEYS = ["USUBJID", "READER", "CRITERION", "AVISITN"]
COLON = {"en": ": ", "fr": " : "}
SEMICOLON = {"en": "; ", "fr": " ; "}

PHRASES = {
    "en": {
        "grown": "sum rose from {nadir} to {measured} mm, {percent_nadir} % and {change_nadir} mm "
        "over the nadir of {nadir_date}",
        "grown_from_zero": "sum rose from 0.0 to {measured} mm after the nadir of {nadir_date}",
        "part": " (the measured targets alone)",
        "from_baseline": "sum {measured} mm, {percent_base} % from baseline ({base} mm)",
        "and_nadir": ", {percent_nadir} % from the nadir ({nadir} mm)",
        "short_rise": ", a rise of {rise} mm, below the 5 mm that progression needs",
        "measured": "the measured targets add up to {measured} mm",
        "none_measured": "no target was measured",
        "equivocal": "a possible new lesion{possible} is not settled",
    },
    "fr": {
        "grown": "la somme est passée de {nadir} à {measured} mm, {percent_nadir} % et {change_nadir} mm "
        "au-dessus du nadir du {nadir_date}",
        "grown_from_zero": "la somme est passée de 0,0 à {measured} mm après le nadir du {nadir_date}",
        "part": " (par les seules cibles mesurées)",
        "from_baseline": "somme de {measured} mm, {percent_base} % par rapport au bilan initial ({base} mm)",
        "and_nadir": ", {percent_nadir} % par rapport au nadir ({nadir} mm)",
        "short_rise": ", soit une hausse de {rise} mm, inférieure aux 5 mm qu’exige une progression",
        "measured": "les cibles mesurées totalisent {measured} mm",
        "none_measured": "aucune cible n’a été mesurée",
        "equivocal": "une possible nouvelle lésion{possible} n’est pas tranchée",
    },
}

# The sums of a category are named: their baseline and nadir are those of its present lesions.
SUMS: dict[Part, dict[str, dict[str, str]]] = {
    "": {"en": {}, "fr": {}},
    "INJECTED": {
        language: {name: phrase.replace(*change) for name, phrase in PHRASES[language].items()}
        | {"none_measured": none_measured}
        for language, change, none_measured in (
            ("en", ("sum ", "sum of the injected targets "), "no injected target was measured"),
            ("fr", ("somme ", "somme des cibles injectées "), "aucune cible injectée n’a été mesurée"),
        )
    },
    "NON-INJECTED": {
        language: {name: phrase.replace(*change) for name, phrase in PHRASES[language].items()}
        | {"none_measured": none_measured}
        for language, change, none_measured in (
            ("en", ("sum ", "sum of the non-injected targets "), "no non-injected target was measured"),
            (
                "fr",
                ("somme ", "somme des cibles non injectées "),
                "aucune cible non injectée n’a été mesurée",
            ),
        )
    },
}
TARGETS_SEEN: dict[Part, str] = {
    "": "TARGETSSEEN",
    "INJECTED": "TARGETSSEENINJ",
    "NON-INJECTED": "TARGETSSEENNINJ",
}
PARTS: dict[Part, dict[str, str]] = {
    "": {},
    "INJECTED": {
        "TRGINJ": "TRGRESP", "NTRGINJ": "NTRGRESP", "OVRINJ": "OVR", "BORINJ": "BOR", "CBORINJ": "CBOR",
        "RSPINJ": "RSP", "CRSPINJ": "CRSP", "PDINJ": "PD",
    },
    "NON-INJECTED": {
        "TRGNINJ": "TRGRESP", "NTRGNINJ": "NTRGRESP", "NEWLNINJ": "NEWLIND", "OVRNINJ": "OVR", "BORNINJ": "BOR",
        "CBORNINJ": "CBOR", "RSPNINJ": "RSP", "CRSPNINJ": "CRSP", "PDNINJ": "PD",
    },
}  # fmt: skip


def explain_responses(
    adrs: dy.DataFrame[ResponseAnalysis],
    *,
    criterion: Criterion,
    language: Language,
    assessments: dy.DataFrame[LesionAssessments] | None = None,
) -> pl.DataFrame:
    """Add to ADRS a sentence that says what made each response, with its numbers.

    Args:
        adrs: responses of this criterion.
        criterion: the criterion that made them.
        language: en or fr.
        assessments: the lesions that were judged, so that the sentences name the new lesions and the non-targets
            that made a progression; without them none is named.

    Returns:
        The same rows with EXPLANATION; null for the yes-or-no parameters of a patient.

    Example:
        "PD: sum rose from 41.0 to 53.2 mm, +29.8 % and +12.2 mm over the nadir of 2024-03-02; new lesion N01 on
        2024-05-02".
    """
    rows = _add_names(adrs, assessments, language)
    parts = [
        _explain_part(rows.filter(_is_part(part)), part=part, criterion=criterion, language=language)
        for part in PARTS
    ]
    return pl.concat(parts).drop(NAMES).sort(*KEYS[:-1], "PARAMCD", "AVISITN")


def _add_names(
    adrs: pl.DataFrame, assessments: dy.DataFrame[LesionAssessments] | None, language: Language
) -> pl.DataFrame:
    """The names of the lesions of each assessment beside its responses."""
    if assessments is None:
        counts = ("NEWCOUNT", *TARGETS_SEEN.values())
        kinds = {name: pl.Int64 if name in counts else pl.String for name in NAMES}
        return adrs.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in kinds.items())
    named = derive_named_lesions(assessments, language=language)
    return adrs.join(named, on=["USUBJID", "READER", "AVISITN"], how="left")


def _is_part(part: Part) -> pl.Expr:
    """Which rows speak of all lesions, of the injected or of the non-injected ones."""
    injected, others = (pl.col("PARAMCD").is_in(PARTS[name]) for name in ("INJECTED", "NON-INJECTED"))
    return {"": ~injected & ~others, "INJECTED": injected, "NON-INJECTED": others}[part]


def _explain_part(
    adrs: pl.DataFrame, *, part: Part, criterion: Criterion, language: Language
) -> pl.DataFrame:
    """The sentences of the rows of one part, with the parameters named as for all lesions."""
    names = PARTS[part]
    seen = pl.col(TARGETS_SEEN[part])
    named = adrs.with_columns(OWN="PARAMCD", PARAMCD=pl.col("PARAMCD").replace(names), TARGETSSEEN=seen)
    explained = _explain(named, criterion=criterion, part=part, language=language)
    return explained.with_columns(PARAMCD="OWN").drop("OWN")


def _explain(adrs: pl.DataFrame, *, part: Part, criterion: Criterion, language: Language) -> pl.DataFrame:
    texts = _list_rule_texts(criterion, language)
    levels = adrs.filter(pl.col("PARAMCD").is_in(["TRGRESP", "NTRGRESP", "NEWLIND"])).select(
        *KEYS, "PARAMCD", "RULE", "AVALC"
    )
    phrases = PHRASES[language] | SUMS[part][language]
    wide = levels.pivot("PARAMCD", index=KEYS, values=["RULE", "AVALC"])
    columns = {
        f"{kind}_{level}": pl.String
        for kind in ("RULE", "AVALC")
        for level in ("TRGRESP", "NTRGRESP", "NEWLIND")
    }
    missing = [
        pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in wide.columns
    ]
    joined = adrs.join(wide.with_columns(missing), on=KEYS, how="left")
    code = pl.col("AVALC") + COLON[language]
    own_rule = _look_up(pl.col("RULE"), texts)
    worsened = _name_worsened(part)
    sentence = (
        pl.when(pl.col("PARAMCD") == "OVR")
        .then(code + _explain_overall(criterion, texts, phrases, language, worsened=worsened))
        .when(pl.col("PARAMCD") == "TRGRESP")
        .then(code + _explain_targets(pl.col("RULE"), texts, phrases, language))
        .when(pl.col("PARAMCD") == "NTRGRESP")
        .then(code + own_rule + pl.when(pl.col("AVALC") == "PD").then(worsened).otherwise(pl.lit("")))
        .when((pl.col("PARAMCD") == "NEWLIND") & (pl.col("AVALC") == "Y"))
        .then(code + explain_new_lesions(language))
        .when(pl.col("PARAMCD") == "NEWLIND")
        .then(code + own_rule)
        .when(pl.col("PARAMCD").is_in(["BOR", "CBOR"]))
        .then(code + own_rule + _explain_reason(language))
    )
    return joined.with_columns(EXPLANATION=sentence).drop(list(columns))


def _name_worsened(part: Part) -> pl.Expr:
    """The non-targets of this part that are unequivocally worse, in brackets; nothing where none is known by name."""
    column = {"": "WORSENED", "INJECTED": "WORSENEDINJ", "NON-INJECTED": "WORSENEDNINJ"}[part]
    return (" (" + pl.col(column) + ")").fill_null("")


def _list_rule_texts(criterion: Criterion, language: Language) -> dict[str, str]:
    best = criterion.best_rules
    rules = (*criterion.rules, *best.unconfirmed, *best.confirmed)
    return {rule.name: rule.fr if language == "fr" else rule.en for rule in rules}


def _look_up(rule: pl.Expr, texts: dict[str, str]) -> pl.Expr:
    return rule.replace_strict(texts, default=None, return_dtype=pl.String)


def _write(phrase: str, language: Language) -> pl.Expr:
    """A phrase with its numbers: one decimal, changes with their sign."""
    measured, nadir, base = pl.col("MEASURED"), pl.col("NADIR"), pl.col("BASESUM")

    def one_decimal(value: pl.Expr) -> pl.Expr:
        text = value.round(1).cast(pl.String)
        return text.str.replace(".", ",", literal=True) if language == "fr" else text

    def signed(value: pl.Expr) -> pl.Expr:
        sign = (
            pl.when(value.round(1) > 0)
            .then(pl.lit("+"))
            .otherwise(pl.when(value.round(1) < 0).then(pl.lit("−")).otherwise(pl.lit("")))
        )
        return sign + one_decimal(value.abs())

    parts = {
        "measured": one_decimal(measured),
        "nadir": one_decimal(nadir),
        "base": one_decimal(base),
        "percent_nadir": pl.when(nadir > 0).then(signed(100 * (measured - nadir) / nadir)),
        "change_nadir": signed(measured - nadir),
        "rise": one_decimal(measured - nadir),
        "percent_base": pl.when(base > 0).then(signed(100 * (measured - base) / base)),
        "nadir_date": pl.col("NADIRDT").cast(pl.String),
        "iupd_date": pl.col("IUPDDT").cast(pl.String),
        "days": (pl.col("ADT") - pl.col("IUPDDT")).dt.total_days().cast(pl.String),
        "lowest": one_decimal(pl.col("IUPDSUM")),
        "series_rise": one_decimal(measured - pl.col("IUPDSUM")),
        "series_change": signed(measured - pl.col("IUPDSUM")),
        "new_rise": one_decimal(pl.col("NLTSUM") - pl.col("IUPDNLT")),
    }
    names = [name for name in parts if "{" + name + "}" in phrase]
    names.sort(key=lambda name: phrase.index("{" + name + "}"))
    pattern = phrase
    for name in names:
        pattern = pattern.replace("{" + name + "}", "{}")
    return pl.format(pattern, *(parts[name] for name in names)) if names else pl.lit(phrase)


def _explain_targets(
    rule: pl.Expr, texts: dict[str, str], phrases: dict[str, str], language: Language
) -> pl.Expr:
    part = pl.when(pl.col("SUM").is_null()).then(pl.lit(phrases["part"])).otherwise(pl.lit(""))
    grown = (
        pl.coalesce(_write(phrases["grown"], language), _write(phrases["grown_from_zero"], language)) + part
    )
    against_nadir = (
        pl.when(pl.col("NADIR") < pl.col("BASESUM"))
        .then(_write(phrases["and_nadir"], language))
        .fill_null("")
    )
    # A fifth above the nadir looks like progression; the reader is told why it is not one.
    measured, nadir = (pl.col("MEASURED") * 10).round(), (pl.col("NADIR") * 10).round()
    short = (measured > nadir) & (measured * 10 >= nadir * 12) & (measured - nadir < 50)
    short_rise = (
        pl.when(short & rule.is_in(["TARGET_PR", "TARGET_SD", "TARGET_PR_HELD"]))
        .then(_write(phrases["short_rise"], language))
        .otherwise(pl.lit(""))
    )
    sums = _write(phrases["from_baseline"], language) + pl.coalesce(against_nadir, pl.lit("")) + short_rise
    text = _look_up(rule, texts)
    return (
        pl.when(rule == "TARGET_PD")
        .then(grown)
        .when(rule.is_in(["TARGET_PR", "TARGET_SD"]))
        .then(pl.coalesce(sums, text))
        .when(rule == "TARGET_MISSING")
        .then(text + (" (" + _explain_measured(phrases, language) + ")").fill_null(""))
        .when(rule.is_in(["TARGET_CR", "TARGET_PR_HELD", "TARGET_BACK_AFTER_CR"]))
        .then(pl.coalesce(text + " (" + sums + ")", text))
        .otherwise(text)
    )


def _explain_measured(phrases: dict[str, str], language: Language) -> pl.Expr:
    """What the measured targets add up to; a sum of zero is told only where targets are known to be gone."""
    is_told = (pl.col("MEASURED") > 0) | ((pl.col("TARGETSSEEN") > 0) & (pl.col("MEASURED") == 0))
    return (
        pl.when(pl.col("TARGETSSEEN") == 0)
        .then(pl.lit(phrases["none_measured"]))
        .when(is_told)
        .then(_write(phrases["measured"], language))
    )


def _explain_overall(
    criterion: Criterion,
    texts: dict[str, str],
    phrases: dict[str, str],
    language: Language,
    *,
    worsened: pl.Expr,
) -> pl.Expr:
    """What decided: the causes of a progression, otherwise every level that has something to say."""
    progressed = pl.col("AVALC") == "PD"
    decided = {level: pl.col(f"AVALC_{level}") for level in ("TRGRESP", "NTRGRESP", "NEWLIND")}
    targets = _explain_targets(pl.col("RULE_TRGRESP"), texts, phrases, language)
    non_targets = _look_up(pl.col("RULE_NTRGRESP"), texts)
    causes = [
        pl.when(decided["TRGRESP"] == "PD").then(targets),
        pl.when(decided["NTRGRESP"] == "PD").then(non_targets + worsened),
        pl.when(decided["NEWLIND"] == "Y").then(explain_new_lesions(language)),
    ]
    levels = [
        pl.when(decided["TRGRESP"] != "NA").then(targets),
        pl.when(decided["NTRGRESP"] != "NA").then(non_targets),
        pl.when(decided["NEWLIND"] == "EQ").then(_tell_possible(phrases["equivocal"])),
    ]
    nothing = _look_up(pl.col("RULE"), texts)
    not_progressed = pl.concat_str(levels, separator=SEMICOLON[language], ignore_nulls=True)
    if criterion.has_unconfirmed_progression:
        series = explain_series(
            targets=targets,
            non_targets=non_targets + worsened,
            worsened=worsened,
            otherwise=not_progressed,
            write=lambda phrase: _write(phrase, language),
            separator=SEMICOLON[language],
            language=language,
        )
        return pl.when(series == "").then(nothing).otherwise(pl.coalesce(series, nothing))
    told = (
        pl.when(progressed)
        .then(pl.concat_str(causes, separator=SEMICOLON[language], ignore_nulls=True))
        .otherwise(not_progressed)
    )
    return pl.when(told == "").then(nothing).otherwise(pl.coalesce(told, nothing))


def _tell_possible(phrase: str) -> pl.Expr:
    before, after = phrase.split("{possible}")
    return pl.lit(before) + (" (" + pl.col("POSSIBLE") + ")").fill_null("") + pl.lit(after)


def _explain_reason(language: Language) -> pl.Expr:
    words = {code: pair[1] if language == "fr" else pair[0] for code, pair in REASONS.items()}
    return (" (" + _look_up(pl.col("REASON"), words) + ")").fill_null("")
