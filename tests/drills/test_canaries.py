"""Canaries: somebody who is in no cast, written a dozen ways into every field that the vendors answer with.

Whatever a field is for - a name, an id, a time, a word of a list, one that nobody knows - what stands in it must not rest
readable, be logged, or reach another system.
"""

import base64
import html
import quopri
import urllib.parse
from collections import Counter
from itertools import count

import pytest

from tests.cluster.canary import found_in, written

pytestmark = pytest.mark.slow

WRITINGS = [
    lambda text: text,
    str.upper,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(text.encode("utf-16")).decode(),
    lambda text: base64.b32encode(text.encode()).decode(),
    lambda text: text.encode().hex(),
    lambda text: urllib.parse.quote(text, safe="").replace(".", "%2E"),
    lambda text: "".join(f"&#{ord(one)};" for one in text),
    lambda text: html.escape(text).replace("@", "&commat;"),
    lambda text: "".join(f"\\u{ord(one):04x}" for one in text),
    lambda text: quopri.encodestring(text.encode(), quotetabs=True).decode(),
    lambda text: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text),
    lambda text: "\u200b".join(text),
]


def canaries(system):
    """Somebody's name, address, handle and telephone, told apart by the system that they were planted in."""
    number = 100 + sum(map(ord, system)) % 90
    return [
        f"zyx.quorble@{system}.example.org",
        f"Zyxa Quorble{system}",
        f"@zq_{system}_quorble",
        f"+1 202 555 0{number}",
    ]


class Planter:
    """Puts canaries into a vendor's answers: into one field of every other record, each time the next one of its kind."""

    def __init__(self, simulator):
        self.planted, self.fields = set(), Counter()
        self._words = [way(one) for way in WRITINGS for one in canaries(simulator.name)]
        self._next, self._turns, self._known = count(), Counter(), {}
        self._finish = simulator.finish
        simulator.finish = self.finish

    def finish(self, request, reply):
        reply = self._finish(request, reply)
        if request.method == "GET" and isinstance(reply.body, dict | list) and reply.status == 200:
            body = reply.parsed()
            self._walk(body, is_record=False)
            reply = type(reply)(reply.status, body, reply.headers, reply.repeat_headers)
        return reply

    def _walk(self, node, *, is_record):
        if isinstance(node, list):
            for one in node:
                self._walk(one, is_record=True)
        elif isinstance(node, dict):
            if is_record:
                self._plant(node)
            for one in node.values():
                if isinstance(one, list | dict):
                    self._walk(one, is_record=False)

    def _plant(self, record):
        """The same record always has the same canary in it, whoever asks for it."""
        kind, who = tuple(sorted(record)), str(sorted((key, str(value)) for key, value in record.items()))
        if who not in self._known:
            leaves = [*_leaves(record), (record, "a_field_of_tomorrow")]
            place = self._turns[kind] % (2 * len(leaves))  # every other record stays as it is
            self._turns[kind] += 1
            word = self._words[next(self._next) % len(self._words)]
            self._known[who] = (place, word)
        place, word = self._known[who]
        leaves = [*_leaves(record), (record, "a_field_of_tomorrow")]
        if place % 2 == 0:
            inner, key = leaves[place // 2]
            inner[key] = word
            self.planted.add(word)
            self.fields[kind, key] += 1


def _leaves(node):
    for key, value in sorted(node.items()):
        if isinstance(value, dict):
            yield from _leaves(value)
        elif not isinstance(value, list):
            yield node, key


def test_no_canary_rests_is_logged_or_reaches_another_system(world_in, capfd):
    world = world_in("sqlite", size=40)
    planters = {name: Planter(simulator) for name, simulator in world.sandbox.simulators.items()}
    reports = [*world.pull().values(), *world.push().values()]
    world.clock.advance(3600)
    reports += world.pull(full=True).values()
    assert all(len(one.planted) > 20 and len(one.fields) > 20 for one in planters.values())
    assert sum(report.counts["stored"] for report in reports if "stored" in report.counts) > 100
    with world.open() as hub, hub.store.read() as tx:
        person = next(one for member in world.members if (one := world.person(hub, tx, member)))
    world.erase(person)
    with world.open() as hub:
        hub.audit.sequence()
        hub.audit.export(world.folder / "var" / "log-export")
    everything = {word for one in planters.values() for word in one.planted}
    plain = {word for name in planters for word in canaries(name)}
    told = capfd.readouterr()
    files = {
        p: written(p.read_bytes())
        for p in (world.folder / "var").rglob("*")
        if p.is_file() and "secrets" not in p.parts
    }
    for name, text in {"stdout": told.out, "stderr": told.err, **files}.items():
        small = text.lower()
        assert not found_in(text, plain), name
        assert not {word for word in everything if word.lower() in small}, name
    for name, simulator in world.sandbox.simulators.items():
        others = {word for other, planter in planters.items() if other != name for word in planter.planted}
        sent = "\n".join(f"{c.path}?{c.query_string} {c.body.decode(errors='replace')}" for c in simulator.calls)
        assert not {word for word in others if word in sent}, name
        assert not found_in(sent, {word for other in planters if other != name for word in canaries(other)}), name
