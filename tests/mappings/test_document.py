from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.mappings.document import MAX_BYTES, Node, read_document


def read(text: str | bytes) -> Node:
    return read_document(Path("acme.tickets.yaml"), text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("007", "007"),
        ("0", 0),
        ("-12", -12),
        ("9007199254740993", 9007199254740993),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".nan", ".nan"),
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("=", "="),
        ("!!str 5", "5"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    plain = read(f"a: {text}\n").plain()["a"]
    assert (plain, type(plain)) == (value, type(value))


def test_keys_are_text_as_written() -> None:
    assert read("{true: 1, on: 2, 5: 3, null: 4}").plain() == {"true": 1, "on": 2, "5": 3, "null": 4}


def test_every_value_knows_its_line_and_place() -> None:
    root = read("a: 1\nb:\n  - c: 2\n  - 3\n")
    entries = root.mapping("it")["b"].items("b")
    inner = entries[0].mapping("b[0]")["c"]
    assert (root.mapping("it")["b"].line, inner.line, inner.trail) == (2, 3, "b[0].c")
    assert (entries[1].line, entries[1].trail) == (4, "b[1]")


def test_aliases_are_followed_while_they_stay_small() -> None:
    assert read("a: &x {n: 1}\nb: *x\n").plain() == {"a": {"n": 1}, "b": {"n": 1}}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 8)
)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands here twice; it is first on line 1"),
        ("a: 1\ntrue: 1\n'true': 2\n", 3, "the key 'true' stands here twice"),
        ("", 1, "the file is empty"),
        ("# nothing\n", 1, "the file is empty"),
        ("a: b: c\n", 1, "not valid YAML: mapping values are not allowed here"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not valid YAML: but found another document"),
        ("a: *nobody\n", 1, "found undefined alias 'nobody'"),
        ("a: 1\n<<: 2\n", 2, "<< needs a mapping, or a list of mappings"),
        ("a: &a {b: 1}\nc: {<<: [*a, 3]}\n", 2, "<< needs a mapping, or a list of mappings"),
        ("a: 1\nb: !!python/object/apply:os.system [echo]\n", 2, "python/object/apply:os.system is not allowed"),
        ("a: !secret b\n", 1, "the YAML tag !secret is not allowed"),
        ("a: !!binary aGk=\n", 1, "binary is not allowed"),
        ("a: 1\n? [b]\n: c\n", 2, "a key must be a single word or text"),
        ("a: !!int many\n", 1, "'many' is not a number"),
        ("a: " + "9" * 5000, 1, "is not a number"),
        ("a: \x01\n", 1, "not valid YAML"),
        (b"a: 1\nb: \xff\n", 2, "the file is not UTF-8 text"),
        ("[" * 60, 1, "nested deeper than 40 levels"),
        ("- " * 60, 1, "nested deeper than 40 levels"),
        ("&a [*a]", 1, "avoid aliases"),
        (BOMB, 1, "unfolds to more than 50000 values"),
        ("#" * (MAX_BYTES + 1), 1, "bytes; at most"),
    ],
)
def test_nasty_yaml_is_refused_with_its_line(text: str | bytes, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert str(caught.value).startswith(f"acme.tickets.yaml:{line}: ")
    assert says in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read("\ufeffa: 1\n".encode()).plain() == {"a": 1}


def test_merge_keys_fill_in_what_a_mapping_does_not_say_itself() -> None:
    text = "a: &a {n: 1, m: 1}\nb: &b {m: 2, o: 2}\nc: {<<: *a, n: 3}\nd:\n  n: 4\n  <<: [*b, *a]\n"
    plain = read(text).plain()
    assert plain["c"] == {"n": 3, "m": 1}
    assert plain["d"] == {"n": 4, "m": 2, "o": 2}
