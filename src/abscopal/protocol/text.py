"""Texts that people read, in both languages of the house."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from abscopal.protocol.part import Part

Language = Literal["en", "fr"]
Sentence = Annotated[str, StringConstraints(min_length=1)]


class Text(Part):
    """A text shown to people, in English and in French; a missing translation is a mistake.

    Example:
        >>> Text(en="injected lesion", fr="lésion injectée").read("fr")
        'lésion injectée'
    """

    en: Sentence = Field(description="English text.")
    fr: Sentence = Field(description="French text.")

    def read(self, language: Language) -> str:
        """Give the text in one language.

        Args:
            language: `en` or `fr`.

        Returns:
            The text.
        """
        return self.en if language == "en" else self.fr
