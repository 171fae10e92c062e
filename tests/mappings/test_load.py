from collections.abc import Callable
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.mappings.load import load_mappings

Write = Callable[..., Path]

OUT = "version: 1\nconnector: acme\nout:\n  object: {object}\n  fields: {{mood: {field}}}\n"
IN = """\
version: 1
connector: acme
in:
  stream: {stream}
  records:
    - {{to: loyalty_account, key: id, fields: {{member: {{}}, program: {{value: a}}, occurred_at: at}}}}
"""


def test_the_earlier_folder_wins_for_the_same_file_name(write: Write) -> None:
    site = write(OUT.format(object="rows", field="emotion.label"), "acme.rows.yaml", "site")
    plugin = write(OUT.format(object="rows", field="emotion.model"), "acme.rows.yaml", "plugin")
    write(IN.format(stream="members"), "acme.members.yaml", "plugin")
    both = load_mappings([site.parent, plugin.parent])
    assert both.outbound("acme", "rows").reads == {"emotion.label"}
    assert load_mappings([plugin.parent, site.parent]).outbound("acme", "rows").reads == {"emotion.model"}
    assert both.inbound("acme", "members").stream == "members"
    assert [(file.name, file.path.parent.name) for file in both.files] == [
        ("acme.members", "plugin"),
        ("acme.rows", "site"),
    ]


def test_a_replaced_file_is_not_even_read(write: Write) -> None:
    site = write(OUT.format(object="rows", field="emotion.label"), "acme.rows.yaml", "site")
    plugin = write("this: is wrong", "acme.rows.yaml", "plugin")
    assert load_mappings([site.parent, plugin.parent]).files[0].path == site


def test_the_revision_changes_with_any_content_and_only_then(write: Write) -> None:
    path = write(OUT.format(object="rows", field="emotion.label"), "acme.rows.yaml")
    first = load_mappings([path.parent])
    assert load_mappings([path.parent]).revision == first.revision
    copy = write(path.read_text(), "acme.rows.yaml", "elsewhere")
    assert load_mappings([copy.parent]).revision == first.revision
    path.write_text(path.read_text() + "# a comment\n")
    second = load_mappings([path.parent])
    assert second.revision != first.revision
    assert second.files[0].hash != first.files[0].hash
    assert second.outbound("acme", "rows").name == f"acme.rows@{second.files[0].hash[:8]}"


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda found: found.inbound("acme", "member"), "'in' part for acme.member; did you mean 'acme.members'?"),
        (lambda found: found.outbound("acmee", "rows"), "'out' part for acmee.rows; did you mean 'acme.rows'?"),
        (lambda found: found.outbound("acme", "members"), "no mapping has an 'out' part for acme.members"),
    ],
)
def test_a_missing_mapping_is_named_with_the_nearest(write: Write, ask: Callable[..., object], says: str) -> None:
    write(IN.format(stream="members"), "acme.members.yaml")
    folder = write(OUT.format(object="rows", field="emotion.label"), "acme.rows.yaml").parent
    with pytest.raises(ConfigError) as caught:
        ask(load_mappings([folder]))
    assert says in str(caught.value)


def test_other_files_are_left_alone_but_yml_is_not(write: Write) -> None:
    folder = write("# about", "README.md").parent
    assert load_mappings([folder]).files == ()
    write(OUT.format(object="rows", field="emotion.label"), "acme.rows.yml")
    with pytest.raises(ConfigError, match="mapping files end in"):
        load_mappings([folder])


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such folder"):
        load_mappings([tmp_path / "nowhere"])
