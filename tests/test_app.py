import shutil
from pathlib import Path

import pytest

from hub.app import open_hub
from hub.errors import PolicyError

ROOT = Path(__file__).parents[1]


def test_nothing_flows_while_the_privacy_rules_have_an_error(tmp_path):
    shutil.copytree(ROOT / "privacy", tmp_path / "privacy")
    (tmp_path / "hub.yaml").write_text("version: 1\n")
    rules = tmp_path / "privacy" / "destinations.yaml"
    rules.write_text(rules.read_text().replace("case.status: keep", "case.subject: keep", 1))
    with (
        open_hub(tmp_path / "hub.yaml") as hub,
        pytest.raises(PolicyError, match=r"destinations.yaml:\d+: 'case.subject'"),
    ):
        _ = hub.rooms
