"""Names of what a rehearsal computes, in both languages."""

from abscopal.evidence.typography import Language, format_number, format_percent, set_french_spaces
from abscopal.protocol.text import Text

CONCLUSIONS: dict[str, Text] = {
    "met": Text(en="rule met", fr="règle satisfaite"),
    "unmet": Text(en="rule not met", fr="règle non satisfaite"),
    "open": Text(
        en="open: patients lost could change it", fr="ouvert : des perdus de vue pourraient la changer"
    ),
    "overrun": Text(
        en="count reached among more patients than planned",
        fr="effectif atteint chez plus de patients que prévu",
    ),
    "stopped for toxicity": Text(en="stopped for toxicity", fr="arrêt pour toxicité"),
    "stopped for futility": Text(en="stopped for futility", fr="arrêt pour futilité"),
    "none": Text(en="no rule to apply", fr="aucune règle à appliquer"),
}
QUANTITIES: dict[str, Text] = {
    "conclusion": Text(en="conclusion", fr="conclusion"),
    "limit_reached": Text(en="a stopping limit is reached", fr="une limite d’arrêt est atteinte"),
    "stopped": Text(en="the trial stops early", fr="l’essai s’arrête tôt"),
    "entered": Text(en="patients who enter", fr="patients inclus"),
    "failed": Text(en="patients who could not be integrated", fr="patients non intégrés"),
    "duration_days": Text(
        en="days from first patient to last primary read-out",
        fr="jours du premier patient à la dernière lecture du critère principal",
    ),
    "recruitment_days": Text(en="days of recruitment", fr="jours de recrutement"),
    "primary_rate": Text(en="primary endpoint, share of successes", fr="critère principal, part de succès"),
    "primary_successes": Text(en="primary endpoint, successes", fr="critère principal, succès"),
    "primary_evaluable": Text(
        en="patients evaluable for the primary endpoint", fr="patients évaluables pour le critère principal"
    ),
    "primary_early_deaths": Text(en="deaths before the endpoint", fr="décès avant le critère"),
    "primary_short": Text(en="patients lost before the endpoint", fr="perdus de vue avant le critère"),
    "severe_rate": Text(en="severe toxicity in the window", fr="toxicité sévère dans la fenêtre"),
    "response_rate": Text(en="objective response", fr="réponse objective"),
    "control_rate": Text(en="disease control", fr="contrôle de la maladie"),
    "distant_response_rate": Text(
        en="response of lesions not injected", fr="réponse des lésions non injectées"
    ),
    "injected_lesion_rate": Text(
        en="injected lesions smaller by 30%", fr="lésions injectées réduites de 30 %"
    ),
    "distant_lesion_rate": Text(
        en="lesions not injected smaller by 30%", fr="lésions non injectées réduites de 30 %"
    ),
    "pfs_median": Text(
        en="median progression-free survival (days)", fr="survie sans progression médiane (jours)"
    ),
    "os_median": Text(en="median overall survival (days)", fr="survie globale médiane (jours)"),
    "doses": Text(en="administrations given", fr="administrations"),
    "deaths": Text(en="deaths", fr="décès"),
    "product_delay": Text(
        en="days from the planned to the actual first dose of the own product, mean",
        fr="jours de la première dose prévue du produit propre à la première donnée, moyenne",
    ),
    "product_delay_longest": Text(
        en="days from the planned to the actual first dose of the own product, longest",
        fr="jours de la première dose prévue du produit propre à la première donnée, maximum",
    ),
    "product_late": Text(
        en="patients whose first dose of the own product is late",
        fr="patients dont la première dose du produit propre est tardive",
    ),
    "product_lacking": Text(
        en="patients never given their own product for want of it",
        fr="patients jamais traités par leur produit propre, faute de produit",
    ),
    "pfs_log_rank_z": Text(
        en="log-rank statistic of progression-free survival",
        fr="statistique du log-rank, survie sans progression",
    ),
}
SHARES_AT: dict[str, Text] = {
    "pfs_share": Text(
        en="progression-free at day {day}, Kaplan-Meier", fr="sans progression au jour {day}, Kaplan-Meier"
    ),
    "os_share": Text(en="alive at day {day}, Kaplan-Meier", fr="en vie au jour {day}, Kaplan-Meier"),
}
"""Shares event-free at a day, whose name in the files ends with the day."""
MEASURES: dict[str, Text] = {
    "mean": Text(en="mean", fr="moyenne"),
    "sd": Text(en="standard deviation", fr="écart-type"),
    "truth": Text(
        en="truth of the same virtual patients, read without error and none lost",
        fr="vérité des mêmes patients virtuels, lus sans erreur et jamais perdus de vue",
    ),
    "truth_error": Text(en="standard error of the truth", fr="erreur-type de la vérité"),
    "bias": Text(en="bias of the estimate", fr="biais de l’estimation"),
    "median_bias": Text(en="median bias of the estimate", fr="biais médian de l’estimation"),
    "coverage": Text(en="coverage of 95% intervals", fr="couverture des intervalles à 95 %"),
    "q05": Text(en="5th centile", fr="5e centile"),
    "q25": Text(en="25th centile", fr="25e centile"),
    "q50": Text(en="median", fr="médiane"),
    "q75": Text(en="75th centile", fr="75e centile"),
    "q95": Text(en="95th centile", fr="95e centile"),
}
DRAWS: dict[str, Text] = {
    "all": Text(en="all trials", fr="tous les essais"),
    "between draws": Text(en="between draws (not known)", fr="entre tirages (non su)"),
    "within a draw": Text(en="within a draw (chance)", fr="dans un tirage (hasard)"),
}
MODES: dict[str, Text] = {
    "randomised": Text(
        en="True randomisation: each patient is in one arm, as in the trial.",
        fr="Vraie randomisation : chaque patient est dans un bras, comme dans l’essai.",
    ),
    "single": Text(en="One arm: every patient is in it.", fr="Un seul bras : tous les patients y sont."),
    "clones": Text(
        en="Clones: every patient is in every arm, with the same luck; as many people enter as the largest arm would "
        "have. No real trial can do this.",
        fr="Clones : chaque patient est dans tous les bras, avec le même hasard ; il entre autant de personnes que le "
        "plus grand bras en aurait. Aucun essai réel ne le peut.",
    ),
}


UNITS: dict[str, Text] = {
    "1": Text(en="—", fr="—"),
    "points": Text(en="points", fr="points"),
    "patients": Text(en="patients", fr="patients"),
    "centres": Text(en="centres", fr="centres"),
    "fold": Text(en="fold", fr="fois"),
    "1/month": Text(en="1/month", fr="1/mois"),
    "1/year": Text(en="1/year", fr="1/an"),
}
PLANNED = Text(en="as planned", fr="comme prévu")
SEPARATORS: dict[Language, str] = {"en": "; ", "fr": "\u202f; "}
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def write_power(value: float, *, language: Language) -> str:
    r"""Write a small number as a power of ten.

    Example:
        >>> write_power(6.94e-9, language="en"), write_power(1e-6, language="en")
        ('6.9\xa0×\xa010⁻⁹', '10⁻⁶')
    """
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    if mantissa == "1.0":
        return power
    digits = format_number(float(mantissa), language=language, decimals=0 if mantissa.endswith(".0") else 1)
    return f"{digits}\u00a0×\u00a0{power}"


def write_significant(value: float, *, language: Language, digits: int = 3) -> str:
    """Write a number with its first digits, never as a power of ten.

    Example:
        >>> write_significant(0.00064012, language="en"), write_significant(101.72, language="fr")
        ('0.00064', '102')
    """
    short = f"{value:.{digits}g}"
    if "e" in short:
        short = f"{float(short):.10f}".rstrip("0")
    decimals = len(short.split(".")[1]) if "." in short else 0
    return format_number(float(short), language=language, decimals=decimals)


def name_quantity(quantity: str, *, language: Language) -> str:
    """Name a quantity such as `severe_rate.IT.mean` in words.

    Args:
        quantity: name in the file of operating characteristics.
        language: `en` or `fr`.

    Returns:
        The words; parts that have none stand as they are, such as an arm.

    Example:
        >>> name_quantity("severe_rate.IT.mean", language="en")
        'severe toxicity in the window, IT, mean'
        >>> name_quantity("conclusion.met", language="en")
        'rule met'
        >>> name_quantity("os_share_365.IT", language="fr")
        'en vie au jour 365, Kaplan-Meier, IT'
    """
    first, *others = quantity.split(".")
    if first == "conclusion" and others:
        known = CONCLUSIONS.get(others[0])
        names = [known.read(language) if known else others[0]]
        others = others[1:]
    else:
        names = [_name_first(first, language)]
    names += [MEASURES[part].read(language) if part in MEASURES else part for part in others]
    joined = ", ".join(names)
    return set_french_spaces(joined) if language == "fr" else joined


def _name_first(quantity: str, language: Language) -> str:
    stem, _, day = quantity.rpartition("_")
    if stem in SHARES_AT and day.isdigit():
        return SHARES_AT[stem].read(language).format(day=day)
    known = QUANTITIES.get(quantity)
    return known.read(language) if known else quantity


def name_mode(mode: str, *, language: Language) -> str:
    """Say who receives which arm, in a sentence.

    Example:
        >>> name_mode("single", language="en")
        'One arm: every patient is in it.'
    """
    said = MODES[mode].read(language) if mode in MODES else mode
    return set_french_spaces(said) if language == "fr" else said


def name_unit(unit: str, *, language: Language) -> str:
    """Write a unit in a language; symbols of units are the same in both.

    Example:
        >>> name_unit("fold", language="fr"), name_unit("mg/L", language="fr")
        ('fois', 'mg/L')
    """
    return UNITS[unit].read(language) if unit in UNITS else unit


def name_with_symbol(text: Text, symbol: str, *, language: Language) -> str:
    """What a parameter or setting is, and its name in the files.

    Example:
        >>> name_with_symbol(Text(en="Loss of effectors", fr="Perte des effecteurs"), "d_E", language="en")
        'Loss of effectors (d_E)'
    """
    said = text.read(language)
    return f"{set_french_spaces(said) if language == 'fr' else said} ({symbol})"


def name_design(design: str, *, language: Language) -> str:
    """Name a way to run the trial: the planned one in words, a comparison as it was asked for."""
    return PLANNED.read(language) if design == "planned" else design


def write_quantity(value: float | None, unit: str, *, language: Language) -> str:
    """Write a value in its unit: shares in per cent, days and patients as numbers.

    Example:
        >>> write_quantity(0.25, "proportion", language="en"), write_quantity(12.04, "patients", language="en")
        ('25.0%', '12.0')
    """
    if unit in ("proportion", "probability"):
        return format_percent(value, language=language)
    decimals = 0 if unit == "days" else 2 if unit == "1" else 1
    return format_number(value, language=language, decimals=decimals)
