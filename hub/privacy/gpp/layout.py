"""The layout: which sections there are, which segments they have, and which fields stand in those, in order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hub.privacy.gpp import bits
from hub.privacy.gpp.bits import GppError, Reader

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of field is read and written.

    Both are handed the fields of the segment that stand before it: some are as long as another one says.
    """

    read: Callable[[Reader, Mapping[str, Any]], Any]
    write: Callable[[Any, Mapping[str, Any]], str]
    default: Any


@dataclass(frozen=True, slots=True)
class Segment:
    """Some fields that are written as one piece of base64url.

    Args:
        fields: name and form of each, in order.
        unit: how many bits are filled up with zeros.
        first: the letters that the piece may begin with, where segments come in any order.
        may_end: the field from which on an older string may lack the rest.
    """

    fields: tuple[tuple[str, Form], ...]
    unit: int = 8
    first: str = ""
    may_end: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """One section: its id and name, its segments, and the versions that it may have."""

    id: int
    name: str
    segments: tuple[Segment, ...]
    versions: tuple[int, ...] = (1,)


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _number(width: int, default: int = 0) -> Form:
    return Form(lambda reader, _: reader.number(width), lambda value, _: f"{value:0{width}b}", default)


def _answer(default: int = 0) -> Form:
    """0: does not apply, 1: yes, 2: no. Three is nothing."""
    return Form(lambda reader, _: _checked(reader), lambda value, _: f"{value:02b}", default)


def _answers(count: int) -> Form:
    return Form(
        lambda reader, _: [_checked(reader) for _ in range(count)],
        lambda values, _: "".join(f"{value:02b}" for value in values),
        [0] * count,
    )


def _checked(reader: Reader) -> int:
    value = reader.number(2)
    if value == 3:
        raise GppError("an answer that is neither yes nor no")
    return value


def _flags(count: int) -> Form:
    return Form(lambda reader, _: _as_flags(reader.take(count)), lambda values, _: _as_bits(values), [False] * count)


def _flags_by(name: str) -> Form:
    return Form(lambda reader, seen: _as_flags(reader.take(seen[name])), lambda values, _: _as_bits(values), [])


def _as_flags(taken: str) -> list[bool]:
    return [bit == "1" for bit in taken]


def _as_bits(values: Sequence[bool]) -> str:
    return "".join("1" if value else "0" for value in values)


_FLAG = Form(lambda reader, _: reader.take(1) == "1", lambda value, _: "1" if value else "0", False)
_DATE = Form(lambda reader, _: bits.read_date(reader), lambda value, _: bits.write_date(value), "")


def _letters(default: str) -> Form:
    return Form(lambda reader, _: bits.read_letters(reader, 2), lambda value, _: bits.write_letters(value, 2), default)


def _ids(read: Callable[[Reader], list[int]], write: Callable[[Sequence[int]], str]) -> Form:
    return Form(lambda reader, _: bits.read_set(reader, read), lambda value, _: bits.write_set(value, write), [])


def _restrictions(read: Callable[[Reader], list[int]], write: Callable[[Sequence[int]], str]) -> Form:
    def read_all(reader: Reader, _: Mapping[str, Any]) -> list[Fields]:
        found = []
        for _number in range(reader.number(12)):
            key, kind = reader.number(6), reader.number(2)
            found.append({"key": key, "type": kind, "ids": read(reader)})
        return found

    def write_all(value: Sequence[Fields], _: Mapping[str, Any]) -> str:
        rows = [f"{one['key']:06b}{one['type']:02b}{write(one['ids'])}" for one in value]
        return f"{len(rows):012b}" + "".join(rows)

    return Form(read_all, write_all, [])


_FIBONACCI = (bits.read_fibonacci_range, bits.write_fibonacci_range)
_FIXED = (bits.read_fixed_range, bits.write_fixed_range)
_FIBONACCI_SET = (partial(bits.read_set, read_range=_FIBONACCI[0]), partial(bits.write_set, write_range=_FIBONACCI[1]))


# ── the sections of the United States ────────────────────────────────────────────────────────────────────────────────────

_GPC = Segment((("GpcSegmentType", _number(2, 1)), ("Gpc", _FLAG)))


def _core(names: str, sensitive: int, children: int, end: str, *, version: int = 1) -> Segment:
    """The usual core: a version, answers, two lists (a list of one is a plain answer), answers."""
    child = _answers(children) if children > 1 else _answer()
    return Segment((
        ("Version", _number(6, version)),
        *((name, _answer()) for name in names.split()),
        ("SensitiveDataProcessing", _answers(sensitive)),
        ("KnownChildSensitiveDataConsents", child),
        *((name, _answer()) for name in end.split()),
        ("MspaCoveredTransaction", _answer(1)),
        ("MspaOptOutOptionMode", _answer()),
        ("MspaServiceProviderMode", _answer()),
    ))  # fmt: skip


def _late_core(names: str) -> Segment:
    """The core of the laws of 2026: its version is that of the contract, and what is sensitive stands apart."""
    answers = (("MspaCoveredTransaction", _answer(1)), *((name, _answer()) for name in names.split()))
    return Segment((("MspaVersion", _number(6, 1)), *answers))


_ADS = "SaleOptOutNotice TargetedAdvertisingOptOutNotice"
_OUT = "SaleOptOut TargetedAdvertisingOptOut"
_SHARING = f"SharingNotice {_ADS} {_OUT}"
_PROCESSING = f"ProcessingNotice {_ADS} {_OUT}"
_MORE = "AdditionalDataProcessingConsent"
_LATE = f"MspaMode ProcessingNotice {_ADS} {_OUT}"
_SENSITIVE = Segment((("SensitiveDataProcessing", _answers(8)),))
_NATIONAL = (
    "SharingNotice SaleOptOutNotice SharingOptOutNotice TargetedAdvertisingOptOutNotice SensitiveDataProcessingOptOutNotice "
    "SensitiveDataLimitUseNotice SaleOptOut SharingOptOut TargetedAdvertisingOptOut"
)
NATIONAL_SHORT = _core(_NATIONAL, 12, 2, "PersonalDataConsents")
"""The core of ``usnat`` as it was before the lists grew."""

# ── the sections of the Transparency and Consent Framework ───────────────────────────────────────────────────────────────

_BEGINNING = (
    ("Created", _DATE), ("LastUpdated", _DATE), ("CmpId", _number(12)), ("CmpVersion", _number(12)),
    ("ConsentScreen", _number(6)), ("ConsentLanguage", _letters("EN")), ("VendorListVersion", _number(12)),
)  # fmt: skip
_CORE_LETTERS, _DISCLOSED_LETTERS, _ALLOWED_LETTERS, _PUBLISHER_LETTERS = (
    bits.LETTERS[8 * kind : 8 * kind + 8] for kind in range(4)
)
_EUROPE = (
    Segment(
        (
            ("Version", _number(6, 2)), *_BEGINNING, ("PolicyVersion", _number(6)), ("IsServiceSpecific", _FLAG),
            ("UseNonStandardStacks", _FLAG), ("SpecialFeatureOptins", _flags(12)), ("PurposeConsents", _flags(24)),
            ("PurposeLegitimateInterests", _flags(24)), ("PurposeOneTreatment", _FLAG),
            ("PublisherCountryCode", _letters("AA")), ("VendorConsents", _ids(*_FIXED)),
            ("VendorLegitimateInterests", _ids(*_FIXED)), ("PublisherRestrictions", _restrictions(*_FIXED)),
        ), unit=24, first=_CORE_LETTERS, may_end="PublisherRestrictions",
    ),
    Segment(
        (
            ("PublisherPurposesSegmentType", _number(3, 3)), ("PublisherConsents", _flags(24)),
            ("PublisherLegitimateInterests", _flags(24)), ("NumCustomPurposes", _number(6)),
            ("PublisherCustomConsents", _flags_by("NumCustomPurposes")),
            ("PublisherCustomLegitimateInterests", _flags_by("NumCustomPurposes")),
        ), unit=24, first=_PUBLISHER_LETTERS,
    ),
    Segment((("VendorsAllowedSegmentType", _number(3, 2)), ("VendorsAllowed", _ids(*_FIXED))), 24, _ALLOWED_LETTERS),
    Segment((("VendorsDisclosedSegmentType", _number(3, 1)), ("VendorsDisclosed", _ids(*_FIXED))), 24, _DISCLOSED_LETTERS),
)  # fmt: skip


def _canada_core(ids: Form, restrictions: Form) -> Segment:
    return Segment(
        (
            ("Version", _number(6, 1)), *_BEGINNING, ("TcfPolicyVersion", _number(6, 2)), ("UseNonStandardStacks", _FLAG),
            ("SpecialFeatureExpressConsent", _flags(12)), ("PurposesExpressConsent", _flags(24)),
            ("PurposesImpliedConsent", _flags(24)), ("VendorExpressConsent", ids), ("VendorImpliedConsent", ids),
            ("PubRestrictions", restrictions),
        ), first=_CORE_LETTERS, may_end="PubRestrictions",
    )  # fmt: skip


def _canada_disclosed(ids: Form) -> Segment:
    fields = (("DisclosedVendorsSegmentType", _number(3, 1)), ("DisclosedVendors", ids))
    return Segment(fields, first=_DISCLOSED_LETTERS)


_CANADA = (
    _canada_core(_ids(*_FIBONACCI), _restrictions(*_FIBONACCI_SET)),
    Segment(
        (
            ("PubPurposesSegmentType", _number(3, 3)), ("PubPurposesExpressConsent", _flags(24)),
            ("PubPurposesImpliedConsent", _flags(24)), ("NumCustomPurposes", _number(6)),
            ("CustomPurposesExpressConsent", _flags_by("NumCustomPurposes")),
            ("CustomPurposesImpliedConsent", _flags_by("NumCustomPurposes")),
        ), first=_PUBLISHER_LETTERS,
    ),
    _canada_disclosed(_ids(*_FIBONACCI)),
)  # fmt: skip
OLDER = {
    id(_CANADA[0]): _canada_core(_ids(*_FIXED), _restrictions(*_FIXED)),
    id(_CANADA[2]): _canada_disclosed(_ids(*_FIXED)),
}
"""How segments of Canada were written before their ranges were; by the id of the segment."""

USP = "uspv1"
"""The section that is four plain letters."""

LAYOUTS: dict[int, Layout] = {
    layout.id: layout
    for layout in (
        Layout(2, "tcfeuv2", _EUROPE, (2,)),
        Layout(5, "tcfcav1", _CANADA),
        Layout(6, USP, ()),
        Layout(7, "usnat", (_core(_NATIONAL, 16, 3, "PersonalDataConsents", version=2), _GPC), (1, 2)),
        Layout(8, "usca", (_core(
            "SaleOptOutNotice SharingOptOutNotice SensitiveDataLimitUseNotice SaleOptOut SharingOptOut", 9, 2,
            "PersonalDataConsents",
        ), _GPC)),
        Layout(9, "usva", (_core(_SHARING, 8, 1, ""),)),
        Layout(10, "usco", (_core(_SHARING, 7, 1, ""), _GPC)),
        Layout(11, "usut", (_core(f"SharingNotice {_ADS} SensitiveDataProcessingOptOutNotice {_OUT}", 8, 1, ""),)),
        Layout(12, "usct", (_core(_SHARING, 8, 3, ""), _GPC)),
        Layout(13, "usfl", (_core(_PROCESSING, 8, 3, _MORE),)),
        Layout(14, "usmt", (_core(_SHARING, 8, 3, _MORE), _GPC)),
        Layout(15, "usor", (_core(_PROCESSING, 11, 3, _MORE), _GPC)),
        Layout(16, "ustx", (_core(_PROCESSING, 8, 1, _MORE), _GPC)),
        Layout(17, "usde", (_core(_PROCESSING, 9, 5, _MORE), _GPC)),
        Layout(18, "usia", (_core(f"ProcessingNotice {_ADS} SensitiveDataOptOutNotice {_OUT}", 8, 1, ""), _GPC)),
        Layout(19, "usne", (_core(_PROCESSING, 8, 1, _MORE), _GPC)),
        Layout(20, "usnh", (_core(_PROCESSING, 8, 3, _MORE), _GPC)),
        Layout(21, "usnj", (_core(_PROCESSING, 10, 5, _MORE), _GPC)),
        Layout(22, "ustn", (_core(_PROCESSING, 8, 1, _MORE), _GPC)),
        Layout(23, "usmn", (_core(_PROCESSING, 8, 1, _MORE), _GPC)),
        Layout(24, "usmd", (_late_core(f"{_LATE} {_MORE}"), _GPC)),
        Layout(25, "usin", (_late_core(f"{_LATE} KnownChildSensitiveDataConsents {_MORE}"), _SENSITIVE)),
        Layout(26, "usky", (_late_core(f"{_LATE} KnownChildSensitiveDataConsents {_MORE}"), _SENSITIVE)),
        Layout(27, "usri", (_late_core(f"{_LATE} KnownChildSensitiveDataConsents {_MORE}"), _SENSITIVE)),
    )
}  # fmt: skip
"""Every section that the hub can read, by its id."""
