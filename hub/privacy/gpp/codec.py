"""The codec: whole GPP strings, read and written again."""

import re
from dataclasses import dataclass
from typing import Any

from hub.privacy.gpp.bits import GppError, Reader, from_base64, read_fibonacci_range, to_base64, write_fibonacci_range
from hub.privacy.gpp.layout import LAYOUTS, NATIONAL_SHORT, OLDER, USP, Fields, Layout, Segment

_EUROPE, _NATIONAL = 2, 7
_USP = re.compile(r"1[YN-]{3}", re.ASCII)
_MOST_LETTERS = 100_000


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a string.

    Args:
        id: its number in the specification.
        name: such as ``usnat``.
        fields: what it says; fields of segments that are not there have their defaults.
        present: which of the section's segments are there, in the order of the string.
        odd: segments that say these fields and are not written the usual way: number and text.
    """

    id: int
    name: str
    fields: Fields
    present: tuple[int, ...] = (0,)
    odd: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Gpp:
    """What a string says.

    Args:
        sections: those that are known.
        unknown: ids and texts of those that are not: nobody can tell what they refuse.
        bare: it was a bare TCF string, without a header.
    """

    sections: tuple[Section, ...]
    unknown: tuple[tuple[int, str], ...] = ()
    bare: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the sections that are known."""
        return tuple(section.id for section in self.sections)


def decode(text: str) -> Gpp:
    """This reads a GPP string, or the bare string of TCF v2; raises GppError, which says where and what is wrong."""
    if len(text) > _MOST_LETTERS:
        raise GppError("it is too long")
    if text.startswith("C"):
        return Gpp((_section(LAYOUTS[_EUROPE], text),), bare=True)
    if not text.startswith("DB"):
        raise GppError("it does not begin as a GPP string does (DB)")
    header, *parts = text.split("~")
    ids = _header(header)
    if len(ids) != len(parts):
        raise GppError(f"the header names {len(ids)} sections, and {len(parts)} follow")
    known = tuple(_section(LAYOUTS[id], part) for id, part in zip(ids, parts, strict=True) if id in LAYOUTS)
    return Gpp(known, tuple((id, part) for id, part in zip(ids, parts, strict=True) if id not in LAYOUTS))


def encode(gpp: Gpp) -> str:
    """This writes a string again; one that was written the usual way comes out as it was, to the byte."""
    texts = {section.id: _write_section(section) for section in gpp.sections} | dict(gpp.unknown)
    if gpp.bare:
        return texts[_EUROPE]
    ids = sorted(texts)
    header = to_base64(f"{3:06b}{1:06b}" + write_fibonacci_range(ids), 8)
    return "~".join([header, *(texts[id] for id in ids)])


def _header(text: str) -> list[int]:
    reader = Reader(from_base64(text))
    try:
        kind, version = reader.number(6), reader.number(6)
        ids = read_fibonacci_range(reader)
    except GppError as error:
        raise GppError(f"header: {error}") from None
    if (kind, version) != (3, 1):
        raise GppError(f"header: type {kind} and version {version} are not known")
    if ids != sorted(set(ids)):
        raise GppError("header: a section is named twice")
    _require_padding(reader, "header")
    return ids


def _section(layout: Layout, text: str) -> Section:
    if not text.strip():
        raise GppError(f"section {layout.name} is blank")
    if layout.name == USP:
        return _usp(layout, text)
    pieces = text.split(".")
    order = _order(layout, pieces)
    fields = {name: _copy(form.default) for segment in layout.segments for name, form in segment.fields}
    for index, piece in zip(order, pieces, strict=True):
        fields |= _read_segment(layout, index, piece)
    if "Version" in fields and fields["Version"] not in layout.versions:
        raise GppError(f"section {layout.name}: version {fields['Version']} is not known")
    if fields.get("GpcSegmentType", 1) != 1:
        raise GppError(f"section {layout.name}: a segment of type {fields['GpcSegmentType']} is not known")
    parts = zip(order, pieces, strict=True)
    odd = tuple((index, piece) for index, piece in parts if _write_segment(layout, index, fields) != piece)
    return Section(layout.id, layout.name, fields, order, odd)


def _order(layout: Layout, pieces: list[str]) -> tuple[int, ...]:
    """Which segment each piece is: by its first letter where the layout says so, else by its place."""
    if not layout.segments[0].first:
        order = tuple(range(len(pieces)))
    else:
        firsts = [segment.first for segment in layout.segments]
        found = [next((n for n, first in enumerate(firsts) if piece and piece[0] in first), -1) for piece in pieces]
        order = tuple(found)
    fits = all(0 <= index < len(layout.segments) for index in order) and len(set(order)) == len(order)
    if not fits or order[0] != 0:
        raise GppError(f"section {layout.name}: its segments are not those that it has")
    return order


def _read_segment(layout: Layout, index: int, piece: str) -> Fields:
    segment = layout.segments[index]
    where = f"section {layout.name}, segment {index + 1}"
    try:
        taken = from_base64(piece)
        if layout.id == _NATIONAL and index == 0:
            return _read_national(taken, segment)
        return _read_either_way(taken, segment)
    except GppError as error:
        raise GppError(f"{where}: {error}") from None


def _read_national(taken: str, segment: Segment) -> Fields:
    """Version 1 has shorter lists; for a while it was written with the longer ones, of which the end meant nothing."""
    short = len(taken) in (60, 66)
    fields = _read(taken, NATIONAL_SHORT if short else segment)
    sensitive, children = fields["SensitiveDataProcessing"], fields["KnownChildSensitiveDataConsents"]
    if fields["Version"] == 1:
        sensitive, children = sensitive[:12], children[:2]
    else:
        sensitive, children = (sensitive + [0] * 4)[:16], [*children, 0][:3]
    return fields | {"SensitiveDataProcessing": sensitive, "KnownChildSensitiveDataConsents": children}


def _read_either_way(taken: str, segment: Segment) -> Fields:
    """A segment whose ranges were written otherwise once: the way that writes the same bits again is the right one.

    Where neither does, the way of the specification is read as far as it goes, as the reference implementation does.
    """
    older = OLDER.get(id(segment))
    if older is None:
        return _read(taken, segment)
    for way in (segment, older):
        try:
            fields = _read(taken, way)
        except GppError:
            continue
        if taken.startswith(_bits_of(fields, way)):
            return fields
    return _read(taken, segment, to_the_end=False)


def _read(taken: str, segment: Segment, *, to_the_end: bool = True) -> Fields:
    reader = Reader(taken)
    fields: Fields = {}
    for name, form in segment.fields:
        if name == segment.may_end and "1" not in reader.rest:
            # Older strings end here; all zeros say the same.
            fields[name] = _copy(form.default)
            return fields
        fields[name] = form.read(reader, fields)
    if to_the_end:
        _require_padding(reader, "it")
    return fields


def _require_padding(reader: Reader, what: str) -> None:
    if "1" in reader.rest:
        raise GppError(f"{what} goes on after its end")


def _usp(layout: Layout, text: str) -> Section:
    if not _USP.fullmatch(text):
        raise GppError(f"section {layout.name}: not version 1 and three of Y, N and -")
    fields = {"Version": 1, "Notice": text[1], "OptOutSale": text[2], "LspaCovered": text[3]}
    return Section(layout.id, layout.name, fields)


def _write_section(section: Section) -> str:
    fields, layout = section.fields, LAYOUTS[section.id]
    if section.name == USP:
        return "".join(str(fields[name]) for name in ("Version", "Notice", "OptOutSale", "LspaCovered"))
    odd = dict(section.odd)
    return ".".join(odd.get(index) or _write_segment(layout, index, fields) for index in section.present)


def _write_segment(layout: Layout, index: int, fields: Fields) -> str:
    segment = layout.segments[index]
    short = layout.id == _NATIONAL and index == 0 and fields["Version"] == 1
    return to_base64(_bits_of(fields, NATIONAL_SHORT if short else segment), segment.unit)


def _bits_of(fields: Fields, segment: Segment) -> str:
    return "".join(form.write(fields[name], fields) for name, form in segment.fields)


def _copy(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value
