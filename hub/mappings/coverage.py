"""The coverage: which rules, fields and words of a mapping file its examples exercise."""

from dataclasses import dataclass

from hub.mappings.mapping import MappingFile
from hub.mappings.refusal import RefusalError


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the examples of a mapping file exercise.

    Args:
        places: number of rules, fields, words of an ``enum``, ``else`` and ``default`` in the file.
        missing: those that no example exercises, as ``path:line: place``, in the file's order.
    """

    places: int
    missing: tuple[str, ...]

    @property
    def percent(self) -> float:
        """This is the exercised share, 0..100."""
        return 100.0 * (self.places - len(self.missing)) / self.places


def coverage(mapping: MappingFile) -> Coverage:
    """This tells what the examples of a mapping file exercise."""
    exercised: set[str] = set()
    for example in mapping.examples:
        side = mapping.inbound.rules if example.inbound and mapping.inbound else [mapping.outbound]
        for mapped in side:
            if mapped is None:
                continue
            try:
                exercised.update(mapped.exercised(example.given))
            except RefusalError:
                continue  # an example of a record that is refused: it went as far as it went
    sides = [*(mapping.inbound.rules if mapping.inbound else ()), *([mapping.outbound] if mapping.outbound else ())]
    places = [place for mapped in sides for place in mapped.places()]
    missing = tuple(f"{mapping.path}:{line}: {name}" for name, line in places if name not in exercised)
    return Coverage(len(places), missing)
