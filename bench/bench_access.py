"""What an access decision costs, beside Cedar (cedarpy) and Rego (regopy) over the same rules and the same questions.

``python bench/bench_access.py`` asks every 997th question of the whole domain, each engine one question at a time, and prints
the median and the 99th percentile in microseconds. An engine that is not installed is named and left out:
``uv run --with regopy python bench/bench_access.py`` brings one along. Ends with 1 where the hub misses a goal: 100 µs at the
99th percentile thought through, 5 µs remembered.

All engines answer the same questions; answers that differ end it at once. The Rego policy is made from the same lines.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice, product
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from hub.privacy.access import AccessPolicy, Line, Request, compile_access, decide_access, load_access
from hub.privacy.access_rules import ACTIONS, DATA, FACTS, LEVELS, SUBJECTS
from hub.privacy.cedar import cedar_entities, cedar_request, cedar_text
from hub.privacy.policy import load_policy

DRAWER = Path(__file__).parents[1] / "privacy"
STEP = 997
GOALS = {"hub, thought through": 100.0, "hub, remembered": 5.0}
Ask = Callable[[Request], bool]


def main() -> int:
    """This measures and prints; the exit code tells whether the goals were met."""
    rules = load_policy(DRAWER)
    policy = load_access(DRAWER, rules)
    asked = questions(policy, sorted(rules.purposes.purposes))
    fresh = compile_access(policy.file, rules)
    engines: dict[str, Ask] = {
        "hub, thought through": lambda one: _forgetful(fresh, one),
        "hub, remembered": lambda one: decide_access(policy, one).allowed,
    }
    for name, make in {"cedarpy": cedar, "regopy": rego}.items():
        try:
            module = importlib.import_module(name)
        except ImportError:
            sys.stderr.write(f"{name} is not installed; left out (uv run --with {name} ...)\n")
            continue
        engines[name] = make(module, policy, asked)
    wanted = [decide_access(policy, one).allowed for one in asked]
    return report({name: measure(name, ask, asked, wanted) for name, ask in engines.items()}, len(asked))


def questions(policy: AccessPolicy, purposes: Sequence[str]) -> list[Request]:
    """These are questions from every side of the domain."""
    roles = [frozenset({role}) for role in policy.file.roles]
    facts = [frozenset(), *(frozenset({fact}) for fact in FACTS), frozenset({"reason", "approved"})]
    whole = product(roles, ACTIONS, DATA, LEVELS, [None, *purposes], SUBJECTS, facts)
    return [Request(*one) for one in islice(whole, 0, None, STEP)]


def _forgetful(policy: AccessPolicy, asked: Request) -> bool:
    policy.answers.clear()
    return decide_access(policy, asked).allowed


def cedar(module: Any, policy: AccessPolicy, asked: Sequence[Request]) -> Ask:
    """This asks Cedar, with policies and entities parsed once."""
    policies = module.PolicySet.from_str(cedar_text(policy))
    groups = {one.roles for one in asked}
    entities = module.Entities.from_json_str(json.dumps(cedar_entities(groups)))
    return lambda one: bool(module.is_authorized(cedar_request(one), policies, entities).allowed)


def rego(module: Any, policy: AccessPolicy, asked: Sequence[Request]) -> Ask:
    """This asks Rego, with the lines as data and one small rule over them, compiled once."""
    engine = module.Interpreter()
    engine.add_module("access", REGO)
    engine.add_data({
        "forbid": [_row(line) for line in policy.forbid],
        "allow": [_row(line) for line in policy.allow],
        "purposes": sorted(policy.purposes),
    })  # fmt: skip

    compiled, running = engine.build("data.access.allowed", []), module.Interpreter()

    def ask(one: Request) -> bool:
        running.set_input({
            "roles": sorted(one.roles), "action": one.action, "data": one.data, "level": one.level,
            "purpose": one.purpose or "", "subject": one.subject, "facts": sorted(one.facts),
        })  # fmt: skip
        return "true" in str(running.query_bundle(compiled))

    return ask


REGO = """package access
import rego.v1
default allowed := false
one_of(set, value) if set == null
one_of(set, value) if value in set
roles_fit(line) if line.roles == null
roles_fit(line) if { some role in line.roles; role in input.roles }
holds(facts) if { every fact in facts { fact in input.facts } }
broken(facts) if { some fact in facts; fact in input.facts }
fits(line) if {
  roles_fit(line); one_of(line.actions, input.action); one_of(line.data, input.data); one_of(line.levels, input.level)
  one_of(line.subjects, input.subject); one_of(line.purposes, input.purpose); holds(line.when); not broken(line.unless)
}
forbidden if { some line in data.forbid; fits(line) }
forbidden if { input.data != "runs"; not input.purpose in data.purposes }
allowed if { not forbidden; some line in data.allow; fits(line) }
"""


def _row(line: Line) -> dict[str, Any]:
    sets = {name: getattr(line, name) for name in ("roles", "actions", "data", "purposes", "levels", "subjects")}
    row: dict[str, Any] = {name: None if value is None else sorted(value) for name, value in sets.items()}
    return row | {"when": sorted(line.when), "unless": sorted(line.unless)}


def measure(name: str, ask: Ask, asked: Sequence[Request], wanted: Sequence[bool]) -> list[float]:
    """This gives the sorted times of all questions in microseconds; the answers must be those that are wanted."""
    times = []
    for one, answer in zip(asked, wanted, strict=True):
        start = time.perf_counter_ns()
        got = ask(one)
        times.append((time.perf_counter_ns() - start) / 1_000)
        if got is not answer:
            sys.exit(f"{name} answers otherwise: {one}")
    return sorted(times)


def report(times: dict[str, list[float]], count: int) -> int:
    """This prints the figures, and gives the exit code."""
    table = Table(title=f"An access decision, {count} questions, microseconds", title_justify="left")
    for column in ("engine", "median", "99 %", "goal (99 %)"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    missed = 0
    for name, found in times.items():
        high = found[int(len(found) * 0.99)]
        goal = GOALS.get(name)
        missed += goal is not None and high > goal
        table.add_row(name, f"{found[len(found) // 2]:.2f}", f"{high:.2f}", f"{goal:g}" if goal else "")
    Console().print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
