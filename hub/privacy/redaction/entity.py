"""What redaction found in one text, and what it made of the text."""

from dataclasses import dataclass, field

TOO_LONG, NO_RECOGNISER, TOO_SLOW = "too_long", "language", "too_slow"
"""Why a text is withheld: longer than the policy allows, no recogniser for its language, or a scan that took too long."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of personal data in an input text.

    ``start`` and ``end`` are character offsets in the input, ``score`` is 0..1, ``type`` is Presidio's name where it has one.
    """

    start: int
    end: int
    type: str
    score: float


@dataclass(frozen=True, slots=True)
class Redacted:
    """The outcome for one text.

    Args:
        text: the text with every entity replaced by a placeholder such as ``<PERSON_1>``. Not shown by ``repr``.
        entities: what was replaced, in order, never overlapping.
        withheld: True where the whole text was replaced by ``<TEXT>``, because it could not be redacted safely.
        reason: why it was withheld, one of the codes below; None where it was not.
    """

    text: str = field(repr=False)
    entities: tuple[Entity, ...]
    withheld: bool = False
    reason: str | None = None

    @property
    def counts(self) -> dict[str, int]:
        """These are the numbers of removed entities by type, as ``hub.schema.Redaction`` keeps them."""
        types = sorted(entity.type for entity in self.entities)
        return {type_: types.count(type_) for type_ in dict.fromkeys(types)}
