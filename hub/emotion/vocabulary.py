"""The vocabulary: the labels of each version of the taxonomy, and what W3C's vocabularies call them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hub.errors import ConfigError

FILE = Path(__file__).parent / "emotions.yaml"
"""The versions that this hub knows."""


@dataclass(frozen=True, slots=True)
class Term:
    """What one of W3C's vocabularies calls a label: the vocabulary's address, and the name in it."""

    vocabulary: str
    name: str

    @property
    def uri(self) -> str:
        """The address of the vocabulary with the name, to be read by people."""
        return f"{self.vocabulary}:{self.name}"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The taxonomy as a file tells it.

    Args:
        version: the current one.
        terms: each of its labels; None where W3C has no term for it.
        migrations: by earlier version, what each of its labels became in the next one.
    """

    version: int
    terms: Mapping[str, Term | None]
    migrations: Mapping[int, Mapping[str, str]]

    def migrate(self, label: str, version: int) -> str:
        """This is what a label of a version is called now; raises ConfigError for a label or version that never was."""
        for step in range(version, self.version):
            if label not in self.migrations.get(step, {}):
                raise ConfigError(f"there is no emotion {label!r} in version {step} of the taxonomy.")
            label = self.migrations[step][label]
        if label not in self.terms or version > self.version:
            raise ConfigError(f"there is no emotion {label!r} in version {version} of the taxonomy.")
        return label

    def migrate_counts(self, counts: Mapping[str, int], version: int) -> dict[str, int]:
        """This brings counts by label to the current version; their sum stays. Raises ConfigError as ``migrate`` does."""
        total: Counter[str] = Counter()
        for label, count in counts.items():
            total[self.migrate(label, version)] += count
        return {label: total[label] for label in self.terms if label in total}


def load_vocabulary(path: Path = FILE) -> Vocabulary:
    """This reads the taxonomy; raises ConfigError where the file cannot be used."""
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        terms = {label: _term(one, told["sets"]) for label, one in told["labels"].items()}
        return Vocabulary(told["version"], terms, told["migrations"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path.name}: the taxonomy cannot be used ({type(error).__name__}).") from None


def _term(told: Mapping[str, Any], sets: Mapping[str, str]) -> Term | None:
    return Term(sets[told["set"]], told["term"]) if told else None
