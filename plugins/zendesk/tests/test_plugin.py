import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import hub_zendesk
from hub.contract import (
    CONTRACT_VERSION,
    Checkable,
    ConsentSource,
    Destination,
    Eraser,
    Source,
)
from hub.testing.connect import load_simulator
from hub_zendesk import CONNECTOR, MANIFEST, register
from hub_zendesk.simulator import ZendeskSimulator

MAPPINGS = Path(str(CONNECTOR.mappings))


def test_it_registers_one_connector() -> None:
    got: list[Any] = []

    class Desk:
        def connector(self, connector: Any) -> None:
            got.append(connector)

    register(Desk())  # type: ignore[arg-type]
    assert got == [CONNECTOR]
    assert MANIFEST.contract == CONTRACT_VERSION
    assert load_simulator(CONNECTOR) is ZendeskSimulator


def test_it_fits_every_protocol_that_it_declares(zendesk: Any) -> None:
    for protocol in (Source, ConsentSource, Destination, Eraser, Checkable):
        assert isinstance(zendesk, protocol)


def test_listing_plugins_does_not_load_zenpy() -> None:
    code = "import hub_zendesk, sys; sys.exit('zenpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("stream", [stream.name for stream in MANIFEST.streams])
def test_each_stream_has_a_mapping_with_examples(stream: str) -> None:
    document = yaml.safe_load((MAPPINGS / f"zendesk.{stream}.yaml").read_text())
    assert document["connector"] == "zendesk"
    assert document["in"]["stream"] == stream
    assert len(document["examples"]) >= 3


@pytest.mark.parametrize("item", MANIFEST.objects, ids=lambda item: item.name)
def test_mappings_write_exactly_the_declared_fields(item: Any) -> None:
    document = yaml.safe_load((MAPPINGS / f"zendesk.{item.name}.yaml").read_text())
    assert document["out"]["object"] == item.name
    assert set(document["out"]["fields"]) == set(item.fields)


def test_no_module_touches_the_process_wide_overrides_of_zenpy() -> None:
    for path in Path(hub_zendesk.__file__).parent.rglob("*.py"):
        assert "ZENPY_FORCE" not in path.read_text()
