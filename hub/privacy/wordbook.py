"""The wordbook: what each department calls the emotions of the taxonomy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from hub.privacy.document import read_document, validate
from hub.privacy.rules import Rule
from hub.schema import EmotionLabel

FILE = "emotions.yaml"


class Wordbook(Rule):
    """The file ``emotions.yaml``.

    Args:
        version: of the file's format.
        taxonomy: the version of the taxonomy that the words were mapped to.
        words: by department, its own words and the label that each means.
    """

    version: Literal[1]
    taxonomy: Literal[1] = 1
    words: Mapping[str, Mapping[str, EmotionLabel]] = Field(default_factory=dict)

    def label_of(self, word: str, department: str | None = None) -> str | None:
        """This is the label that a word means, in one department or in all of them; None where they do not agree on one.

        A label means itself, whatever a department says.
        """
        if word in {label.value for label in EmotionLabel}:
            return word
        books = self.words.values() if department is None else [self.words.get(department, {})]
        found = {book[word].value for book in books if word in book}
        return found.pop() if len(found) == 1 else None


def load_wordbook(folder: Path) -> Wordbook:
    """This reads ``emotions.yaml``; an empty one where there is none. Raises ConfigError with file and line."""
    path = folder / FILE
    return validate(read_document(path), Wordbook) if path.exists() else Wordbook(version=1)
