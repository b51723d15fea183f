"""The sentences of the page of a rehearsal."""

from functools import cache
from importlib.resources import files

from abscopal.evidence.report.wording import typeset_french
from abscopal.protocol.document import read_text
from abscopal.protocol.text import Text

FILE = "rehearsal_texts.yml"


@cache
def read_rehearsal_texts() -> dict[str, Text]:
    """Read the sentences, which ship with the page.

    Returns:
        For each name, the sentence in both languages.
    """
    text = (files("abscopal.evidence.report") / FILE).read_text(encoding="utf-8")
    return {
        str(name): Text(en=str(both["en"]), fr=typeset_french(str(both["fr"])))
        for name, both in read_text(text, file=FILE).content.items()
    }


TEXTS = read_rehearsal_texts()
