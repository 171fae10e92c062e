"""What redaction found in one text, and what it made of the text."""

from dataclasses import dataclass, field


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
    """

    text: str = field(repr=False)
    entities: tuple[Entity, ...]
    withheld: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """These are the numbers of removed entities by type, as ``hub.schema.Redaction`` keeps them."""
        types = sorted(entity.type for entity in self.entities)
        return {type_: types.count(type_) for type_ in dict.fromkeys(types)}
