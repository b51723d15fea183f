"""The model as SBML Level 3, which other simulators read; libAntimony makes it from the Antimony text."""

import importlib.util

from abscopal.errors import ImpossibleStateError, OptionError


def assert_sbml_available() -> None:
    """Refuse SBML, in a sentence, where what makes it is not installed."""
    if importlib.util.find_spec("antimony") is None:
        raise OptionError(
            "SBML needs Antimony, which is not installed.",
            where="--format sbml",
            remedy='Install it with: pip install "abscopal[models]". The formats antimony and latex need nothing more.',
        )


def convert_to_sbml(text: str, *, name: str) -> str:
    """Make SBML from Antimony text.

    Args:
        text: the model as Antimony text, as `write_antimony` writes it.
        name: name of the model in the text.

    Returns:
        SBML Level 3, time in days.

    Raises:
        OptionError: Antimony is not installed.

    Reference:
        SBML Level 3 Version 2 core (doi:10.1515/jib-2019-0021).

    Example:
        >>> sbml = convert_to_sbml("model m; x = 1; x' = -x; end", name="m")
        >>> 'level="3"' in sbml, '<parameter id="x" value="1" constant="false"/>' in sbml
        (True, True)
    """
    assert_sbml_available()
    import antimony

    # The library keeps every model that it has read.
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(text) < 0:
        raise ImpossibleStateError(f"Antimony does not read its own model: {antimony.getLastError()}")
    written: str = antimony.getSBMLString(name)
    antimony.clearPreviousLoads()
    return written
