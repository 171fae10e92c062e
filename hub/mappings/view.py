"""The view: the canonical facts that an ``out`` mapping may read, and which of them an expression reads."""

from collections.abc import Iterator

from hub.mappings.document import Node
from hub.mappings.expression import Expression, Tree
from hub.schema import CaseStatus, Channel, EmotionLabel, JourneyStage

VIEW: dict[str, tuple[str, ...]] = {
    "person": ("id", "name", "email", "phone", "language", "country", "customer_id"),
    "emotion": (
        "label",
        "intensity",
        "confidence",
        "valence",
        "distress",
        "churn_risk",
        "as_of",
        "expires_at",
        "model",
        "channel",
        "tone_hint",
    ),
    "case": ("key", "status", "priority", "stage", "opened_at", "valence_shift"),
    "loyalty": ("tier", "points"),
    "hub": ("now", "policy"),
}
"""The canonical view by section; the privacy rules may have left any of it out."""

VIEW_WORDS: dict[str, frozenset[str]] = {
    "emotion.label": frozenset(EmotionLabel),
    "emotion.channel": frozenset(Channel),
    "case.status": frozenset(CaseStatus),
    "case.stage": frozenset(JourneyStage),
}
"""Paths of the view that hold a word of a closed list."""

VIEW_PATHS = frozenset(f"{section}.{name}" for section, names in VIEW.items() for name in names)
"""Every path of the view, such as ``emotion.label``."""

_Path = tuple[str, ...]


def paths_read(expression: Expression, node: Node, what: str) -> frozenset[str]:
    """These paths of the view may influence the expression's value; never fewer than really do.

    Raises ConfigError where it names a path that the view does not have.
    """
    reading = _Reading()
    reading.take(reading.follow(expression.tree, frozenset({()})))
    return frozenset(path for taken in reading.taken for path in _leaves(taken, node, what))


def _leaves(path: _Path, node: Node, what: str) -> Iterator[str]:
    text = ".".join(path)
    if text in VIEW_PATHS:
        yield text
    elif not path:
        yield from VIEW_PATHS
    elif len(path) == 1 and path[0] in VIEW:
        yield from (f"{text}.{name}" for name in VIEW[path[0]])
    else:
        raise node.error(f"{what} reads '{text}', which the canonical view does not have", text, [*VIEW_PATHS, *VIEW])


class _Reading:
    """This follows an expression through the view without evaluating it.

    A value is known by the paths it may come from; what a function, comparison or wildcard does with a value counts as
    reading all of it.
    """

    def __init__(self) -> None:
        self.taken: set[_Path] = set()

    def take(self, paths: frozenset[_Path]) -> None:
        """This notes that the values at these paths are used."""
        self.taken |= paths

    def follow(self, tree: Tree, base: frozenset[_Path]) -> frozenset[_Path]:
        """These are the paths that the value of ``tree`` may come from, seen from ``base``."""
        kind, children = tree["type"], [child for child in tree["children"] if isinstance(child, dict)]
        if kind == "field":
            return frozenset((*path, tree["value"]) for path in base)
        if kind in ("subexpression", "pipe", "index_expression", "projection"):
            for child in children:
                base = self.follow(child, base)
            return base
        if kind == "filter_projection":
            left = self.follow(children[0], base)
            self.take(self.follow(children[2], left))
            return self.follow(children[1], left)
        if kind in ("current", "identity", "index", "slice"):
            return base
        if kind == "flatten":
            return self.follow(children[0], base)
        return self._mix(kind, children, base)

    def _mix(self, kind: str, children: list[Tree], base: frozenset[_Path]) -> frozenset[_Path]:
        # The right side of a wildcard and the inside of "&x" see values that are taken whole already.
        left = frozenset[_Path]() if kind == "expref" else base
        right = frozenset[_Path]() if kind == "value_projection" else base
        found = [self.follow(child, right if n else left) for n, child in enumerate(children)]
        for paths in found:
            self.take(paths)
        # Only "a || b" and "a && b" hand on one of their values; of anything else all parts are already taken whole.
        return frozenset().union(*found) if kind in ("or_expression", "and_expression") else frozenset()
