"""The bits: how a GPP string writes numbers, dates, letters and sets of numbers into base64url.

Bits are kept as text of ``0`` and ``1``: the strings are short, and this reads as the specification does.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUES = {letter: f"{value:06b}" for value, letter in enumerate(LETTERS)}
_MOST_IDS = 65_535
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GppError(ValueError):
    """A string, or a part of one, is not what the specification allows."""


def from_base64(text: str) -> str:
    """These are the bits of a base64url text; raises GppError for any other character."""
    try:
        return "".join(_VALUES[letter] for letter in text)
    except KeyError:
        raise GppError("a character that is not base64url") from None


def to_base64(bits: str, unit: int) -> str:
    """This is the base64url text of some bits, filled up with zeros to whole units of ``unit`` bits, then to letters."""
    filled = bits + "0" * (-len(bits) % unit)
    filled += "0" * (-len(filled) % 6)
    return "".join(LETTERS[int(filled[at : at + 6], 2)] for at in range(0, len(filled), 6))


class Reader:
    """Bits that are read from left to right; reading beyond their end raises GppError."""

    def __init__(self, bits: str) -> None:
        self._bits = bits
        self._at = 0

    @property
    def rest(self) -> str:
        """What was not read yet."""
        return self._bits[self._at :]

    def take(self, count: int) -> str:
        """These are the next ``count`` bits."""
        end = self._at + count
        if end > len(self._bits):
            raise GppError("it ends too early")
        taken, self._at = self._bits[self._at : end], end
        return taken

    def number(self, width: int) -> int:
        """This is a number of ``width`` bits."""
        return int(self.take(width), 2)

    def fibonacci(self) -> int:
        """This is a number of at least 1 in Fibonacci code, which ends with the first two ones in a row."""
        end = self._bits.find("11", self._at)
        if end < 0 or end - self._at > 24:  # 24 places hold every number that a range may hold
            raise GppError("a Fibonacci number without an end")
        digits = self.take(end + 2 - self._at)[:-1]
        return sum(place for place, digit in zip(_places(len(digits)), digits, strict=True) if digit == "1")


def _places(count: int) -> list[int]:
    places = [1, 2]
    while len(places) < count:
        places.append(places[-1] + places[-2])
    return places[:count]


def fibonacci(value: int) -> str:
    """This is a number of at least 1 in Fibonacci code."""
    count = 1
    while _places(count + 1)[-1] <= value:
        count += 1
    digits = []
    for place in reversed(_places(count)):
        digits.append("1" if place <= value else "0")
        value -= place if place <= value else 0
    return "".join(reversed(digits)) + "1"


# ── sets of numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_fibonacci_range(reader: Reader) -> list[int]:
    """These are numbers written as groups, each by its distance from the one before."""
    return _read_groups(reader, lambda last: last + reader.fibonacci())


def write_fibonacci_range(ids: Sequence[int]) -> str:
    """This writes ascending numbers as groups, each by its distance from the one before."""
    last, bits = 0, []
    for first, final in _groups(ids):
        many = first != final
        bits.append(("1" if many else "0") + fibonacci(first - last) + (fibonacci(final - first) if many else ""))
        last = final
    return f"{len(bits):012b}" + "".join(bits)


def read_fixed_range(reader: Reader) -> list[int]:
    """These are numbers written as groups of 16-bit numbers."""
    return _read_groups(reader, lambda _: reader.number(16))


def write_fixed_range(ids: Sequence[int]) -> str:
    """This writes ascending numbers as groups of 16-bit numbers."""
    groups = list(_groups(ids))
    bits = [f"1{first:016b}{final:016b}" if first != final else f"0{first:016b}" for first, final in groups]
    return f"{len(groups):012b}" + "".join(bits)


def read_set(reader: Reader, read_range: Callable[[Reader], list[int]]) -> list[int]:
    """These are numbers written as one bit for each up to the greatest, or as a range, whichever is shorter."""
    most = reader.number(16)
    if reader.take(1) == "1":
        return sorted(set(read_range(reader)))
    return [number for number, bit in enumerate(reader.take(most), start=1) if bit == "1"]


def write_set(ids: Sequence[int], write_range: Callable[[Sequence[int]], str]) -> str:
    """This writes ascending numbers the shorter way; a range where both are as long."""
    most = ids[-1] if ids else 0
    written = write_range(ids)
    if len(written) <= most:
        return f"{most:016b}1{written}"
    chosen = set(ids)
    return f"{most:016b}0" + "".join("1" if one in chosen else "0" for one in range(1, most + 1))


def _read_groups(reader: Reader, read: Callable[[int], int]) -> list[int]:
    found: list[int] = []
    last = 0
    for _ in range(reader.number(12)):
        many = reader.take(1) == "1"
        first = read(last)
        last = read(first) if many else first
        if last > _MOST_IDS or len(found) + last - first > _MOST_IDS:
            raise GppError("a range beyond all numbers")
        found.extend(range(first, last + 1))
    return found


def _groups(ids: Iterable[int]) -> Iterable[tuple[int, int]]:
    first = last = None
    for one in ids:
        if first is None or last is None:
            first = one
        elif one != last + 1:
            yield first, last
            first = one
        last = one
    if first is not None and last is not None:
        yield first, last


# ── dates and letters ────────────────────────────────────────────────────────────────────────────────────────────────────


def read_date(reader: Reader) -> str:
    """This is a time, written in tenths of a second since 1970, as ISO 8601 in UTC."""
    try:
        moment = _EPOCH + timedelta(milliseconds=100 * reader.number(36))
    except OverflowError:
        raise GppError("a date beyond all calendars") from None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_date(text: str) -> str:
    """This writes a time as ``read_date`` gives it."""
    passed = datetime.fromisoformat(text) - _EPOCH
    return f"{passed // timedelta(milliseconds=100):036b}"


def read_letters(reader: Reader, count: int) -> str:
    """These are letters of six bits each, without spaces around them."""
    codes = [reader.number(6) for _ in range(count)]
    return "".join(" " if code == 63 else chr(code + 65) for code in codes).strip()


def write_letters(text: str, count: int) -> str:
    """This writes letters of six bits each, filled up with spaces."""
    return "".join("111111" if letter == " " else f"{ord(letter) - 65:06b}" for letter in text.ljust(count))
