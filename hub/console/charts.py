"""Charts as SVG that stands in the page: no script, no style of its own, colours from the page's style sheet."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import pygal
from markupsafe import Markup
from pygal.style import Style

# pygal leaves an import hook of an old kind behind, for plugins of its own: every later import of the process would warn.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != pygal.__name__]

_SVG = "{http://www.w3.org/2000/svg}"
_SILENT = {f"{_SVG}script", f"{_SVG}style", f"{_SVG}title", f"{_SVG}defs"}
_LONGEST = 44
_TICKS, _STEPS = 4, 5
_BESIDE = 36
"""Half of the last label stands beside the chart."""
# pygal makes room for the labels by these sizes; the style sheet sets the same ones.
_SIZES = Style(label_font_size=12, major_label_font_size=12, value_font_size=12)
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")


def stacked(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> Markup:
    """This draws how much of each kind there was, over ``labels``; a series' name is its class in the style sheet."""
    if not any(map(any, series.values())):
        return Markup()
    top = max(map(sum, zip(*series.values(), strict=True)))
    major = min(_TICKS, len(labels))
    chart = pygal.StackedBar(
        **_options(560, 220), **_scale(top), show_minor_x_labels=False, x_labels_major_count=major, margin_right=_BESIDE
    )
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, [value or None for value in values])
    return _plain(chart, list(series), title)


def lines(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int | None]]) -> Markup:
    """This draws how numbers went, over ``labels``; a number that is not known is a gap."""
    if len(labels) < 2 or not series:
        return Markup()
    top = max((value for values in series.values() for value in values if value), default=1)
    chart = pygal.Line(**_options(900, 260), **_scale(top), show_x_guides=False, dots_size=3, margin_right=_BESIDE)
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, list(values), allow_interruptions=True)
    return _plain(chart, list(series), title)


def ranked(title: str, counts: Mapping[str, int], what: str = "records") -> Markup:
    """This draws counts of something as horizontal bars, the longest on top."""
    if not counts:
        return Markup()
    rows = sorted(counts.items(), key=lambda pair: pair[1])
    size = _options(900, 8 + 30 * len(rows))
    chart = pygal.HorizontalBar(**size, print_values=True, show_x_labels=False, range=(0, rows[-1][1]))
    chart.x_labels = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name, _ in rows]
    chart.add(what, [value for _, value in rows])
    return _plain(chart, [what], title)


def _options(width: int, height: int) -> dict[str, Any]:
    return {
        "css": (), "js": (), "no_prefix": True, "disable_xml_declaration": True, "show_legend": False, "width": width,
        "height": height, "margin": 4, "spacing": 6, "title": None, "include_x_axis": True, "formatter": _number,
        "value_formatter": _number, "classes": ("chart",), "style": _SIZES, "rounded_bars": 2, "truncate_label": -1,
    }  # fmt: skip


def _scale(top: int) -> dict[str, Any]:
    """A few whole numbers from nothing to the highest one: there is no half of a record."""
    steps = (digit * 10**power for power in range(18) for digit in (1, 2, 5))
    step = next(one for one in steps if one * _STEPS >= top)
    ticks = list(range(0, top + step, step))
    return {"y_labels": ticks, "range": (0, ticks[-1])}


def _number(value: float | None) -> str:
    return f"{value:,.0f}" if value is not None and value == int(value) else ""


def _plain(chart: Any, names: Sequence[str], title: str) -> Markup:
    """Pygal's own styles and script go: the page's rules allow neither."""
    tree = ElementTree.fromstring(chart.render(is_unicode=True))  # noqa: S314 - written one step above
    for parent in tree.iter():
        for child in [one for one in parent if one.tag in _SILENT]:
            parent.remove(child)
        parent.attrib.pop("style", None)
    _name(tree, names)
    for overlay in [one for one in tree if "tooltip-overlay" in one.get("class", "")]:
        tree.remove(overlay)
    tree.attrib.pop("id", None)
    tree.set("role", "img")
    tree.set("aria-label", title)
    return Markup(ElementTree.tostring(tree, encoding="unicode"))  # noqa: S704 - an XML tree, serialised


def _name(tree: ElementTree.Element, names: Sequence[str]) -> None:
    """Each bar says what it is when it is pointed at, and carries its series' name as its class."""
    for series in tree.iter(f"{_SVG}g"):
        classes = series.get("class", "").split()
        for number, name in enumerate(names):
            if f"serie-{number}" in classes:
                series.set("class", f"{' '.join(classes)} of-{name}")
                for bar in series.iter(f"{_SVG}g"):
                    _tell(bar, name)


def _tell(bar: ElementTree.Element, name: str) -> None:
    told = {one.get("class"): one.text for one in bar.findall(f"{_SVG}desc")}
    if told.get("value"):
        title = ElementTree.SubElement(bar, f"{_SVG}title")
        title.text = " · ".join(filter(None, (told.get("x_label"), name, told["value"])))
