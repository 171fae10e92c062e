"""Small groups stay hidden from whoever has all that is shown: subtraction, complement, time."""

import itertools
import os
import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from hub.errors import PolicyError
from hub.privacy.aggregate import TOTAL, Closure, closed_window, tabulate, without_small

DASHBOARDS = int(os.environ.get("HUB_DASHBOARDS", "150"))
LABELS = ["anger", "delight", "neutral", "worry"]


def dashboard(seed):
    """A random dashboard: people by label and team; some teams are small, some labels rare."""
    chance = random.Random(seed)
    people = {}
    for team in range(chance.randint(2, 7)):
        weights = [chance.uniform(0.3, 1) for _ in LABELS]
        for number in range(chance.choice([chance.randint(3, 30), chance.randint(150, 600), chance.randint(150, 600)])):
            label = chance.choices(LABELS, weights)[0]
            people.setdefault((label, f"team {team}"), {})[f"p{team}-{number}"] = chance.randint(1, 3)
    return people


def exact(people):
    """The true numbers, sums included."""
    rows = sorted({row for row, _ in people})
    columns = sorted({column for _, column in people})
    true = {(r, c): len(people.get((r, c), ())) for r in rows for c in columns}
    true |= {(r, TOTAL): sum(true[r, c] for c in columns) for r in rows}
    true |= {(TOTAL, c): sum(true[r, c] for r in rows) for c in (*columns,)}
    return true | {(TOTAL, TOTAL): sum(true[r, TOTAL] for r in rows)}


def solvable(hidden, rows, columns):
    """The hidden cells whose value follows from all others, by elimination over the sums; the attacker has exact numbers."""
    cells = sorted(hidden)
    lines = [[(r, c) for c in (*columns, TOTAL)] for r in (*rows, TOTAL)]
    lines += [[(r, c) for r in (*rows, TOTAL)] for c in (*columns, TOTAL)]
    matrix = []
    for line in lines:
        row = [Fraction(0)] * len(cells)
        for cell in line:
            if cell in hidden:
                row[cells.index(cell)] = Fraction(-1 if cell == line[-1] else 1)
        matrix.append(row)
    pivot = 0
    for column in range(len(cells)):
        found = next((n for n in range(pivot, len(matrix)) if matrix[n][column]), None)
        if found is None:
            continue
        matrix[pivot], matrix[found] = matrix[found], matrix[pivot]
        matrix[pivot] = [value / matrix[pivot][column] for value in matrix[pivot]]
        for n in range(len(matrix)):
            if n != pivot and matrix[n][column]:
                factor = matrix[n][column]
                matrix[n] = [a - factor * b for a, b in zip(matrix[n], matrix[pivot], strict=True)]
        pivot += 1
    return {cells[[bool(v) for v in row].index(True)] for row in matrix if sum(bool(v) for v in row) == 1}


def test_nothing_hidden_follows_from_what_is_shown():
    lost = shown = cells = gone = 0
    for seed in range(DASHBOARDS):
        people = dashboard(seed)
        table = tabulate(people, Closure(round_to=1))
        assert solvable(table.hidden, table.rows, table.columns) == set(), seed
        inner = [cell for cell in table.cells if TOTAL not in cell]
        lost += sum(table.cells[cell] is None for cell in inner if len(people.get(cell, ())) >= 10)
        shown += sum(len(people.get(cell, ())) >= 10 for cell in inner)
        cells, gone = cells + len(inner), gone + sum(table.cells[cell] is None for cell in inner)
    # Of the cells that are large enough to be shown, and of all.
    assert lost / shown <= 0.25 and gone / cells <= 0.5


def test_the_attacker_of_these_tests_is_no_fool():
    true = exact(dashboard(1))
    one = next(cell for cell in sorted(true) if TOTAL not in cell)
    rows, columns = sorted({r for r, _ in true} - {TOTAL}), sorted({c for _, c in true} - {TOTAL})
    assert solvable({one}, rows, columns) == {one}
    # Two rings that one hidden cell joins: each line hides two, and yet the bridge follows.
    ring = {("anger", "team 0"), ("anger", "team 1"), ("delight", "team 0"), ("delight", "team 1")}
    assert solvable(ring, ["anger", "delight"], ["team 0", "team 1"]) == set()


def test_a_hidden_cell_between_two_rings_does_not_give_itself_away():
    people = {}
    rows, columns = list("abcd"), list("wxyz")
    for r in rows:
        for c in columns:
            people[r, c] = {f"{r}{c}{n}": 1 for n in range(40)}
    small = [("a", "w"), ("a", "x"), ("b", "w"), ("b", "x"), ("c", "y"), ("c", "z"), ("d", "y"), ("d", "z"), ("a", "y")]
    for cell in small:
        people[cell] = {f"{cell}{n}": 1 for n in range(7)}
    table = tabulate(people, Closure(round_to=1))
    assert set(small) <= table.hidden
    assert solvable(set(small), rows, columns) == {("a", "y")}
    assert solvable(table.hidden, table.rows, table.columns) == set()


@pytest.mark.parametrize("seed", range(20))
def test_every_shown_number_is_large_and_round_and_right(seed):
    people = dashboard(seed)
    true, table = exact(people), tabulate(people, Closure())
    for cell, count in table.cells.items():
        if count is not None:
            assert count % 5 == 0 and abs(count - true[cell]) <= 2 and true[cell] >= 10
    for line in ([(r, c) for c in (*table.columns, TOTAL)] for r in (*table.rows, TOTAL)):
        hidden = [cell for cell in line if cell in table.hidden]
        assert len(hidden) != 1 and (not hidden or sum(true[cell] for cell in hidden) >= 10 or len(hidden) == len(line))


def test_all_or_none_of_a_group_is_not_shown():
    people = {("anger", "a"): {f"p{n}": 1 for n in range(50)}, ("delight", "b"): {f"q{n}": 1 for n in range(50)}}
    people |= {("anger", "b"): {f"r{n}": 1 for n in range(50)}, ("delight", "c"): {f"s{n}": 1 for n in range(50)}}
    people |= {("anger", "c"): {f"t{n}": 1 for n in range(50)}}
    table = tabulate(people, Closure())
    assert {("anger", "a"), ("delight", "a")} <= table.hidden
    # Where one label alone is asked about, the number of those who have it is that of all.
    alone = {("anger", team): {f"{team}{n}": 1 for n in range(50)} for team in "ab"}
    assert set(alone) <= tabulate(alone, Closure()).hidden


def test_one_person_does_not_speak_for_a_group():
    quiet = {(label, team): {f"{label}{team}{n}": 1 for n in range(30)} for label in LABELS for team in "abcd"}
    assert tabulate(quiet, Closure()).hidden == frozenset()
    loud = quiet | {("anger", "a"): quiet["anger", "a"] | {"angera0": 40}}
    assert ("anger", "a") in tabulate(loud, Closure()).hidden


def test_people_are_counted_and_not_what_they_said():
    people = {(label, team): {f"{label}{team}{n}": 9 for n in range(9)} for label in LABELS for team in "abc"}
    assert all(cell in tabulate(people, Closure()).hidden for cell in people)


def test_k_has_a_floor():
    with pytest.raises(PolicyError, match="too small"):
        Closure(k=4)
    assert Closure(k=5).k == 5


# ── time: a window that slides tells of whoever came ─────────────────────────────────────────────────────────────────────


def test_windows_are_fixed_closed_and_never_overlap():
    closure = Closure()
    now = datetime(2026, 6, 17, 12, tzinfo=UTC)
    windows = {closed_window(now, now - timedelta(days=7, hours=n), closure) for n in range(24 * 30)}
    ordered = sorted(windows)
    assert all(end == start for (_, end), (start, _) in itertools.pairwise(ordered))
    assert all(start.weekday() == 0 and end <= now for start, end in windows)
    with pytest.raises(PolicyError, match="still open"):
        closed_window(now, now, closure)


def crowd(count, name="p"):
    return {f"{name}{number}": 1 for number in range(count)}


def test_that_a_label_or_a_group_is_there_tells_of_no_few_people():
    people = {("anger", "chat"): crowd(30), ("neutral", "chat"): crowd(12, "q"), ("neutral", "phone"): crowd(4, "r")}
    people |= {("worry", "chat"): crowd(9, "s")}
    left = without_small(people, 10)
    assert set(left) == {("anger", "chat"), ("neutral", "chat")}
    assert tabulate(left, Closure(k=10)).rows == ("anger", "neutral")


def test_what_falls_below_k_without_what_was_left_out_is_left_out_too():
    # Without the nine by phone, worry is four people; without those, the forum is eight.
    people = {("anger", "chat"): crowd(30), ("worry", "phone"): crowd(9, "q"), ("worry", "forum"): crowd(4, "r")}
    people |= {("anger", "forum"): crowd(8, "s")}
    assert set(without_small(people, 10)) == {("anger", "chat")}
    assert without_small({("anger", "chat"): crowd(9)}, 10) == {}


def test_one_person_in_many_cells_is_one_person():
    people = {("anger", group): crowd(8) for group in ("chat", "ticket")}
    people |= {("neutral", group): crowd(12, "q") for group in ("chat", "ticket")}
    assert {label for label, _ in without_small(people, 10)} == {"neutral"}
