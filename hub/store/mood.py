"""Mood: what all tags together say, as figures that name nobody."""

from dataclasses import dataclass, field

from hub.schema import EmotionTag


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and how many persons are behind it; show it only where they are many enough.

    Args:
        count: tags.
        persons: distinct persons.
        valence: mean, -1..1.
        distress: mean, 0..1.
    """

    count: int
    persons: int
    valence: float
    distress: float


@dataclass(frozen=True, slots=True)
class Mood:
    """What all unexpired tags say.

    Args:
        tags: number of tags, abstained ones included.
        persons: distinct persons.
        abstained: tags without a label.
        labels: by canonical label.
        channels: by touchpoint; tags that abstained are left out.
    """

    tags: int
    persons: int
    abstained: int
    labels: dict[str, Cell]
    channels: dict[str, Cell]


@dataclass(slots=True)
class _Sum:
    count: int = 0
    persons: int = 0
    valence: float = 0.0
    distress: float = 0.0
    last: str = ""

    def add(self, person_id: str, tag: EmotionTag) -> None:
        self.count += 1
        self.persons += person_id != self.last
        self.last = person_id
        self.valence += tag.valence
        self.distress += tag.distress

    def cell(self) -> Cell:
        return Cell(self.count, self.persons, self.valence / self.count, self.distress / self.count)


@dataclass(slots=True)
class MoodSum:
    """A running sum over tags that come ordered by person."""

    everybody: _Sum = field(default_factory=_Sum)
    abstained: int = 0
    labels: dict[str, _Sum] = field(default_factory=dict)
    channels: dict[str, _Sum] = field(default_factory=dict)

    def add(self, person_id: str, channel: str | None, tag: EmotionTag) -> None:
        """This adds one tag."""
        self.everybody.add(person_id, tag)
        if tag.abstained or tag.label is None:
            self.abstained += 1
            return
        self.labels.setdefault(tag.label.value, _Sum()).add(person_id, tag)
        self.channels.setdefault(channel or "unknown", _Sum()).add(person_id, tag)

    def result(self) -> Mood:
        """This is the sum so far, names in alphabetical order."""
        return Mood(
            tags=self.everybody.count,
            persons=self.everybody.persons,
            abstained=self.abstained,
            labels={name: one.cell() for name, one in sorted(self.labels.items())},
            channels={name: one.cell() for name, one in sorted(self.channels.items())},
        )
