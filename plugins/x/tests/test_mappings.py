from pathlib import Path

import jmespath
import pytest
import yaml

from hub_x import CONNECTOR, MANIFEST, register

FILES = sorted(Path(CONNECTOR.mappings or "").glob("*.yaml"))


def expressions(node):
    if isinstance(node, dict):
        yield from (node[name] for name in ("from", "when", "each", "key") if isinstance(node.get(name), str))
        for name, value in node.items():
            # In `fields` and in a party a bare string is an expression; `ref`, `kind`, `issuer` and the like are words.
            if isinstance(value, str) and name in {"text", "language", "name", "role"}:
                yield value
            yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)


def test_every_stream_has_its_mapping():
    assert {path.name for path in FILES} == {f"x.{stream.name}.yaml" for stream in MANIFEST.streams}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_mappings_are_well_formed_and_have_examples(path):
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["connector"] == "x" and f"x.{document['in']['stream']}.yaml" == path.name
    assert "out" not in document  # nothing is ever written to X
    assert document["examples"]
    for expression in expressions(document["in"]):
        jmespath.compile(expression)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_field_a_mapping_reads_is_one_that_the_source_gives(path, x, open_source):
    stream = yaml.safe_load(path.read_text(encoding="utf-8"))["in"]["stream"]
    record = next(r for batch in open_source(x).read(stream, None) for r in batch.records if not r.deleted)
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))["in"]["records"][0]["fields"]
    for expression in expressions(fields):
        if expression != "reply_to_id":
            assert jmespath.search(expression, dict(record.data)) is not None, expression
    assert "reply_to_id" in record.data


def test_the_hook_registers_one_connector():
    class Register:
        def __init__(self):
            self.connectors = []

        def connector(self, connector):
            self.connectors.append(connector)

    handed = Register()
    register(handed)
    assert handed.connectors == [CONNECTOR]
    assert {capability.value for capability in MANIFEST.capabilities} == {"read", "deletes", "range", "fetch"}
