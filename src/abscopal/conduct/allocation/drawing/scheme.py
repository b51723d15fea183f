"""The scheme of a trial: arms, ratio, strata, caps, and the settings that are kept from its centres."""

from dataclasses import dataclass, field
from typing import Literal

from abscopal.conduct.allocation.laws.methods import MethodSettings, check_settings, compute_study_settings
from abscopal.errors import OptionError
from abscopal.protocol.allocation import CENTRE_VARIABLE
from abscopal.protocol.allocation_fit import Misfit
from abscopal.protocol.study_protocol import StudyProtocol

ALGORITHM_VERSION = "1"
"""Changes whenever the same scheme, history and entropy would give another arm."""


@dataclass(frozen=True, slots=True)
class SchemeStratum:
    """A variable by which allocation is balanced.

    Args:
        identifier: name of the stratum.
        levels: levels that cover every patient.
        weight: weight in minimisation.
        is_centre: whether the levels are the centres, so that the request need not name it.
    """

    identifier: str
    levels: tuple[str, ...]
    weight: float = 1.0
    is_centre: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """A number of patients that may not be passed.

    Args:
        scope: what is counted: patients of the study (of all its schemes), or of this scheme by arm, level of a
            stratum, or centre.
        limit: greatest number.
        name: which arm, stratum or centre; None for each of them.
        level: which level of the stratum; None for each of them.
    """

    scope: Literal["study", "arm", "stratum", "centre"]
    limit: int
    name: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme of allocation; a study may have several, each with its own identifier.

    A change of ratio, of arms or of method is a new scheme, never an edit of this one.

    Args:
        identifier: name of the scheme.
        arms: arms, in the order of the ratio.
        ratio: patients per arm.
        settings: the method and its settings; kept out of the printed form.
        strata: variables by which allocation is balanced.
        caps: accrual caps.
        errors_in_caps: whether a patient randomised in error still counts towards the caps. They do by default:
            our reading, since the patient was given an arm.

    Example:
        >>> Scheme("main", ("IT", "IV"), (2, 1), MethodSettings("permuted_blocks", block_lengths=(3, 6)))
        Scheme(identifier='main', arms=('IT', 'IV'), ratio=(2, 1), strata=(), caps=(), errors_in_caps='counted')
    """

    identifier: str
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    settings: MethodSettings = field(repr=False)
    strata: tuple[SchemeStratum, ...] = ()
    caps: tuple[Cap, ...] = ()
    errors_in_caps: Literal["counted", "not_counted"] = "counted"

    @property
    def has_lists(self) -> bool:
        """Whether arms come from a list with places, which may be set aside before a patient has them."""
        return self.settings.method in ("permuted_blocks", "random_allocation_rule", "maximal_procedure")


def check_scheme(scheme: Scheme) -> tuple[Misfit, ...]:
    """Check a scheme before its first patient; for the custodian, since the sentences name secret settings.

    Args:
        scheme: the scheme.

    Returns:
        What must change; nothing for a scheme that can be used.

    Example:
        >>> scheme = Scheme("main", ("IT", "IV"), (2, 1), MethodSettings("big_stick", maximum_imbalance=3))
        >>> print(check_scheme(scheme)[0].text.en)
        the big stick is defined for two arms at 1:1, not for 2:1.
    """
    return check_settings(scheme.settings, scheme.ratio)


def compute_scheme(
    protocol: StudyProtocol, *, identifier: str = "main", settings: MethodSettings | None = None
) -> Scheme:
    """Make the scheme that a study file describes.

    Args:
        protocol: the study file.
        identifier: name of the scheme.
        settings: settings of a running trial, which never stand in the study file; None takes those of the
            study file, for rehearsal.

    Returns:
        The scheme.

    Raises:
        OptionError: the study file does not say the method or the ratio.
    """
    allocation = protocol.allocation
    method, ratio = allocation.method.value, allocation.ratio.value
    if method is None or ratio is None:
        raise OptionError(
            "the study file does not say the method or the ratio of allocation.",
            where="allocation",
            remedy="Fill in allocation.method and allocation.ratio.",
        )
    shares = tuple(ratio.values())
    rehearsed = compute_study_settings(
        allocation, method=method, ratio=shares, patients=protocol.identity.planned_patients.value
    )
    return Scheme(
        identifier=identifier,
        arms=tuple(ratio),
        ratio=shares,
        settings=settings or rehearsed,
        strata=tuple(
            SchemeStratum(
                stratum.identifier,
                tuple(level.identifier for level in stratum.levels),
                1.0 if stratum.weight.value is None else stratum.weight.value,
                stratum.variable == CENTRE_VARIABLE,
            )
            for stratum in allocation.strata
        ),
        caps=tuple(
            Cap(cap.scope, cap.limit.value, cap.name, cap.level)
            for cap in allocation.caps
            if cap.limit.value is not None
        ),
    )
