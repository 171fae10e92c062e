"""The aggregate: counts of people by label and group in which nobody, and no small group, can be found again.

A threshold alone is not enough: what is hidden comes back by subtraction from a total, from a wider group, or from yesterday's
window. So a table is closed only where every hidden cell stays open to whoever has all the rest: hidden cells stand in rings
through rows and columns (totals included), they hide enough people together, and what is shown is rounded.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.errors import PolicyError

LEAST_K = 5
"""No policy may ask for smaller groups."""

TOTAL = "total"
"""Name of the row and the column of sums."""

Cell = tuple[str, str]
"""A label and a group; ``TOTAL`` in place of either is a sum."""

_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)  # a Monday


@dataclass(frozen=True, slots=True)
class Closure:
    """How tightly a table is closed.

    Args:
        k: fewer people than this are never shown, nor found by subtraction.
        round_to: shown numbers are multiples of it.
        dominance: a cell is hidden where one person alone gave more than this share of what was counted.
        window: length of the fixed windows that are counted, from Monday on.
    """

    k: int = 10
    round_to: int = 5
    dominance: float = 0.5
    window: timedelta = timedelta(days=7)

    def __post_init__(self) -> None:
        if self.k < LEAST_K or self.round_to < 1 or self.window <= timedelta(0):
            raise PolicyError(
                f"groups of {self.k} are too small to be shown.",
                reason="aggregate.k",
                fix=f"k must be {LEAST_K} or more.",
            )


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of people by label and group, sums included; None where a number is hidden."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[Cell, int | None]

    @property
    def hidden(self) -> frozenset[Cell]:
        """These cells are not shown."""
        return frozenset(cell for cell, count in self.cells.items() if count is None)


def closed_window(now: datetime, at: datetime, closure: Closure) -> tuple[datetime, datetime]:
    """This is the fixed window that ``at`` lies in, from its start to just before its end.

    Windows never overlap: of two that slide, the difference is whoever came or went. Raises PolicyError while it is still open.
    """
    start = _EPOCH + (at - _EPOCH) // closure.window * closure.window
    if now < start + closure.window:
        raise PolicyError(
            f"the window from {start:%Y-%m-%d} is still open.", reason="aggregate.window_open",
            fix=f"Ask again from {start + closure.window:%Y-%m-%d} on, or for an earlier window.",
        )  # fmt: skip
    return start, start + closure.window


def tabulate(people: Mapping[Cell, Mapping[str, int]], closure: Closure) -> Table:
    """This counts distinct people and hides what could be found again.

    Args:
        people: by label and group, whoever stands behind it and how often.
        closure: how tightly.
    """
    rows = tuple(sorted({row for row, _ in people}))
    columns = tuple(sorted({column for _, column in people}))
    sets = {cell: frozenset(found) for cell, found in _with_totals(people, rows, columns).items()}
    counts = {cell: len(found) for cell, found in sets.items()}
    hidden = {cell for cell in counts if _is_small(cell, counts, people, closure)}
    _complete(hidden, counts, (*rows, TOTAL), (*columns, TOTAL), closure.k)
    shown = {cell: None if cell in hidden else _rounded(count, closure.round_to) for cell, count in counts.items()}
    return Table(rows, columns, shown)


def without_small(people: Mapping[Cell, Mapping[str, int]], k: int) -> dict[Cell, Mapping[str, int]]:
    """This leaves out labels and groups of fewer than k people, from the sums too: that one is there at all tells of them."""
    kept = {cell: found for cell, found in people.items() if found}
    while True:
        large = tuple({name for name, count in _sizes(kept, side).items() if count >= k} for side in (0, 1))
        left = {cell: found for cell, found in kept.items() if cell[0] in large[0] and cell[1] in large[1]}
        if len(left) == len(kept):
            return kept
        kept = left


def _sizes(people: Mapping[Cell, Mapping[str, int]], side: int) -> dict[str, int]:
    found: dict[str, set[str]] = {}
    for cell, persons in people.items():
        found.setdefault(cell[side], set()).update(persons)
    return {name: len(persons) for name, persons in found.items()}


def _with_totals(
    people: Mapping[Cell, Mapping[str, int]], rows: Sequence[str], columns: Sequence[str]
) -> dict[Cell, set[str]]:
    found: dict[Cell, set[str]] = {(row, column): set() for row in (*rows, TOTAL) for column in (*columns, TOTAL)}
    for (row, column), persons in people.items():
        for cell in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            found[cell].update(persons)
    return found


def _is_small(
    cell: Cell, counts: Mapping[Cell, int], people: Mapping[Cell, Mapping[str, int]], closure: Closure
) -> bool:
    """Too few people, all or none of a group, or one person who gave most of it."""
    row, column = cell
    if counts[cell] < closure.k:
        return True
    if row == TOTAL or column == TOTAL:
        return False
    said = people.get(cell, {}).values()
    return counts[cell] == counts[TOTAL, column] or max(said) > closure.dominance * sum(said)


def _rounded(count: int, step: int) -> int:
    return (count + step // 2) // step * step


# ── complementary suppression ────────────────────────────────────────────────────────────────────────────────────────────


def _complete(
    hidden: set[Cell], counts: Mapping[Cell, int], rows: Sequence[str], columns: Sequence[str], k: int
) -> None:
    """This hides more cells, the smallest first, until none can be computed from those that are left."""
    while True:
        line = next(_open_lines(hidden, counts, rows, columns, k), None)
        candidates = [cell for cell in line if cell not in hidden] if line else _around_a_bridge(hidden, rows, columns)
        if not candidates:
            return
        hidden.add(min(candidates, key=lambda cell: (TOTAL in cell, counts[cell], cell)))


def _open_lines(
    hidden: Collection[Cell], counts: Mapping[Cell, int], rows: Sequence[str], columns: Sequence[str], k: int
) -> Iterator[list[Cell]]:
    """Rows and columns whose one hidden cell is the rest of the sum, or whose hidden cells hold fewer than k together."""
    lines = [[(row, column) for column in columns] for row in rows] + [
        [(row, column) for row in rows] for column in columns
    ]
    for line in lines:
        gone = [cell for cell in line if cell in hidden]
        is_open = len(gone) == 1 or (gone and sum(counts[cell] for cell in gone) < k)
        if is_open and len(gone) < len(line):
            yield line


def _around_a_bridge(hidden: set[Cell], rows: Sequence[str], columns: Sequence[str]) -> list[Cell]:
    """Cells to choose from where a hidden one lies on no ring of hidden cells: its value follows from the sums of one side.

    Rows and columns are the places, hidden cells the ways between them; a way without which the places fall apart is a bridge.
    """
    for cell in sorted(hidden):
        reach = _reach(hidden - {cell}, cell[0])
        if (1, cell[1]) not in reach:
            mine = {name for side, name in reach if side == 0}
            theirs = {name for side, name in reach if side == 1}
            return [(r, c) for r in rows for c in columns if (r, c) not in hidden and (r in mine) != (c in theirs)]
    return []


def _reach(hidden: Collection[Cell], row: str) -> set[tuple[int, str]]:
    reached, todo = {(0, row)}, [(0, row)]
    while todo:
        side, name = todo.pop()
        for cell in hidden:
            if cell[side] == name and (1 - side, cell[1 - side]) not in reached:
                reached.add((1 - side, cell[1 - side]))
                todo.append((1 - side, cell[1 - side]))
    return reached
