from pathlib import Path

import pytest
import yaml

from hub_salesforce import CONNECTOR, MANIFEST
from hub_salesforce.plan import find_plan, selected
from hub_salesforce.simulator import SalesforceSimulator

FILES = sorted(Path(CONNECTOR.mappings or "").glob("*.yaml"))


def test_every_stream_and_object_has_its_file():
    names = {path.name for path in FILES}
    assert names == {f"salesforce.{stream.name}.yaml" for stream in MANIFEST.streams}
    outward = {mapping["out"]["object"] for mapping in map(load, FILES) if "out" in mapping}
    assert outward == {target.name for target in MANIFEST.objects}


def load(path):
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_examples_and_writes_declared_fields_only(path):
    mapping = load(path)
    assert mapping["connector"] == "salesforce" and mapping["examples"]
    assert path.stem == f"salesforce.{mapping['in']['stream']}"
    if "out" in mapping:
        (target,) = [target for target in MANIFEST.objects if target.name == mapping["out"]["object"]]
        assert set(mapping["out"]["fields"]) == set(target.fields)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples_look_like_what_is_read(path):
    """An example with a field that the source never gives would prove nothing."""
    mapping = load(path)
    config = CONNECTOR.config_model.model_validate(SalesforceSimulator().settings())
    fields = {name.partition(".")[0] for name in selected(find_plan(mapping["in"]["stream"]), config)}
    known = fields | {"BirthYear", "Individual", "Contacts", "Leads", "ContactPoint"}
    for example in mapping["examples"]:
        assert set(example.get("given", {})) <= known, example["name"]
