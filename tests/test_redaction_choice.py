"""Which recogniser of names a deployment gets: the first of its list that is installed, and never silently none."""

import shutil
from pathlib import Path

import pytest

from hub.app import Hub
from hub.config import Deployment, Settings
from hub.errors import ConfigError

ROOT = Path(__file__).parents[1]


def hub(folder: Path, names: str) -> Hub:
    shutil.copytree(ROOT / "privacy", folder / "privacy")
    path = folder / "privacy" / "redaction.yaml"
    text = path.read_text(encoding="utf-8")
    assert "names: [pii_en, spacy]" in text
    path.write_text(text.replace("names: [pii_en, spacy]", f"names: {names}"), encoding="utf-8")
    return Hub(Deployment(settings=Settings(version=1), root=folder, revision="test"))


@pytest.mark.parametrize(
    ("names", "engine"),
    [
        ("[pii_en, spacy]", "attune_pii_en/"),
        ("[absent, spacy, pii_en]", "en_core_web_sm"),
        ("[pii_en]", "attune_pii_en/"),
    ],
)
def test_the_first_that_is_installed_recognises_names(tmp_path, names, engine):
    redactor = hub(tmp_path, names).redactor
    assert engine in redactor.engine
    assert redactor.redact(["I am Maria Garcia."], languages=["en"], known=[()])[0].text == "I am <PERSON_1>."


def test_none_of_the_list_installed_stops_the_start(tmp_path):
    with pytest.raises(ConfigError, match="absent, gone"):
        hub(tmp_path, "[absent, gone]").redactor  # noqa: B018 - reading it makes it
