"""The redaction policy: what the privacy officer may write, and what stops the start."""

import subprocess
import sys
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.privacy.redaction import load_redaction

ROOT = Path(__file__).resolve().parents[2]
GOOD = "version: 1\nentities: [PERSON]\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "redaction.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_reference_policy_is_valid():
    policy = load_redaction(ROOT / "privacy" / "redaction.yaml")
    assert policy.other_languages == "mask"
    assert "@AttuneAir" in policy.keep


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD + "entity: [PERSON]\n", 3),
        (GOOD + "other_languages: pass\n", 3),
        (GOOD + "languages: [en, fr]\n", 3),
        (
            GOOD
            + "patterns:\n  - {name: order, entity: ORDER, regex: 'ORD-\\d+'}\n  - {name: bad, entity: BAD, regex: '(ORD'}\n",
            5,
        ),
        (GOOD + "patterns:\n  - name: all\n    entity: ALL\n    regex: 'x*'\n", 6),
        ("version: 2\nentities: [PERSON]\n", 1),
        ("version: 1\nentities: []\n", 2),
        ("version: 1\n  entities: [\n", 2),
        ("", 1),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path, text, line):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=f"redaction.yaml:{line}:"):
        load_redaction(path)


def test_a_missing_file_is_a_configuration_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_redaction(tmp_path / "none.yaml")


def test_importing_redaction_loads_neither_presidio_nor_spacy():
    code = "import sys, hub.privacy.redaction; sys.exit(any(m in sys.modules for m in ('spacy', 'presidio_analyzer', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
