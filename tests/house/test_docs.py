"""The documentation is true: generated pages are current, links resolve, commands exist, schemas and examples hold."""

import ast
import json
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import typer
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.entry import Entry
from hub.audit.key import Signer
from hub.audit.log import AuditLog
from hub.cli import app
from hub.config import Settings
from hub.privacy.redaction.policy import CustomPattern, RedactionPolicy, load_redaction
from hub.schema import RECORD_MODELS, EmotionTag, json_schemas, parse_record
from hub.store.migration import migrate
from hub.store.store import open_store
from hub.store.vault import Vault

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *DOCS.rglob("*.md"),
        *ROOT.glob("*.md"),
        *ROOT.glob("plugins/*/README.md"),
        *(
            ROOT / name / "README.md"
            for name in ("mappings", "privacy", "dags")
            if (ROOT / name / "README.md").is_file()
        ),
    ]
)
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = {"sh", "bash", "console", "shell"}
AT = datetime(2026, 6, 1, tzinfo=UTC)


def ids(path):
    return str(path.relative_to(ROOT))


def blocks(path, languages):
    return [text for language, text in FENCE.findall(path.read_text(encoding="utf-8")) if language in languages]


def shell_commands(path):
    """Simple commands of the fenced shell blocks, as words; pipes and && part them, comments are left out."""
    for block in blocks(path, SHELL):
        for line in block.replace("\\\n", " ").splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()")
            lexer.whitespace_split = True
            words = []
            for word in [*lexer, ";"]:
                if set(word) <= set("|&;()"):
                    yield from [words] if words else []
                    words = []
                else:
                    words.append(word)


def commands_of(program):
    return [
        pytest.param(words[1:], id=f"{ids(path)}: {' '.join(words)}")
        for path in PAGES
        for words in shell_commands(path)
        if words[0] == program
    ]


# --- generated pages ---


def generate(*arguments, script=DOCS / "generate.py"):
    return subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, cwd=ROOT)


def test_generated_pages_are_current():
    ran = generate("--check")
    assert ran.returncode == 0, ran.stderr


def test_a_stale_page_is_named(tmp_path):
    folder = tmp_path / "docs"
    (folder / "reference" / "schema").mkdir(parents=True)
    (tmp_path / "plugins").mkdir()
    for path in [*DOCS.glob("reference/*.md"), *DOCS.glob("reference/schema/*.json"), DOCS / "generate.py"]:
        (folder / path.relative_to(DOCS)).write_bytes(path.read_bytes())
    for path in ROOT.glob("plugins/*"):
        (tmp_path / "plugins" / path.name).mkdir()
    for path in ROOT.glob("plugins/*/hub_*/connection.json"):
        (tmp_path / path.relative_to(ROOT)).parent.mkdir(parents=True)
        (tmp_path / path.relative_to(ROOT)).write_bytes(path.read_bytes())
    (folder / "reference" / "settings.md").write_text("old", encoding="utf-8")
    (folder / "reference" / "schema" / "gone.json").write_text("{}", encoding="utf-8")
    ran = generate("--check", script=folder / "generate.py")
    assert ran.returncode == 1
    named = [line.partition(":")[0] for line in ran.stderr.splitlines()]
    assert named == ["docs/reference/settings.md", "docs/reference/schema/gone.json"]
    assert "make format" in ran.stderr


# --- links ---


def anchors(text):
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_every_relative_link_resolves(path):
    prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text(encoding="utf-8")))
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", link):
            continue
        where, _, anchor = link.partition("#")
        target = (path.parent / where).resolve() if where else path
        found = target.exists() and (not anchor or anchor in anchors(target.read_text(encoding="utf-8")))
        broken += [] if found else [link]
    assert broken == []


def test_every_page_is_in_the_index():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [path for path in [*DOCS.rglob("*.md"), *DOCS.rglob("*.json")] if path != DOCS / "README.md"]
    assert [ids(path) for path in pages if f"({path.relative_to(DOCS).as_posix()})" not in index] == []


# --- commands ---


def resolve(words):
    """The command that the words name, and the words behind its name."""
    command = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def problem(words):
    """Why a hub command in a page would not be understood; None where it would."""
    command, rest = resolve(words)
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    known |= {"-h", "--help"}
    if strange := [word for word in rest if word.startswith("-") and word.partition("=")[0] not in known]:
        return f"no such option {strange[0]}"
    stands_alone = getattr(command, "invoke_without_command", False) and all(word.startswith("-") for word in rest[:1])
    if hasattr(command, "commands") and not stands_alone and not {"-h", "--help", "--install-completion"} & set(rest):
        return f"no such command {' '.join(words)}"
    return None


@pytest.mark.parametrize("words", commands_of("hub"))
def test_every_hub_command_exists(words):
    assert problem(words) is None


@pytest.mark.parametrize(
    "words",
    [
        ["pul", "x"],
        ["audit"],
        ["pull", "x", "--fast"],
        ["audit", "verify", "--ful"],
        ["outcomes", "obligations", "opne"],
    ],
)
def test_a_wrong_command_would_be_noticed(words):
    assert problem(words)


def helps(command, name):
    yield name, command.help or ""
    for child, found in getattr(command, "commands", {}).items():
        yield from helps(found, f"{name} {child}")


HELPS = dict(helps(typer.main.get_command(app), "hub"))


@pytest.mark.parametrize("text", HELPS.values(), ids=list(HELPS))
def test_the_examples_in_the_help_exist(text):
    for example in re.findall(r"Example: (.*)", text):
        for part in re.split(r"&&|\|", example.partition("    (")[0].partition(" > ")[0]):
            words = shlex.split(part)
            assert words[:1] != ["hub"] or problem(words[1:]) is None, example


def texts(tree):
    """Every text of a module; what is put into it when it runs is ``…``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def told_commands():
    """What errors, alerts, and Airflow's pages tell people to call, by the words after ``hub``."""
    modules = [*ROOT.glob("hub/**/*.py"), *ROOT.glob("plugins/*/hub_*/**/*.py")]
    found = (text for path in modules for text in texts(ast.parse(path.read_text(encoding="utf-8"))))
    return sorted({line for text in found for line in re.findall(r"[`'](hub [a-z][^`']*)[`']", text)})


def test_a_command_that_a_message_names_exists():
    told = [shlex.split(line)[1:] for line in told_commands()]
    assert len(told) > 50 and ["status"] in told
    groups = [words for words in told if not resolve(words)[1] and hasattr(resolve(words)[0], "commands")]
    assert [words for words in told if words not in groups and problem(words)] == []


@pytest.mark.parametrize("words", commands_of("make"))
def test_every_make_target_exists(words):
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {word for word in words if "=" not in word and not word.startswith("-")} <= targets


def test_the_pages_show_commands():
    assert len(commands_of("hub")) > 40
    assert len(commands_of("make")) > 4


# --- schemas ---

PARTY = {"role": "customer", "person_id": "per_1"}
COMMON = {
    "id": "rec_1",
    "provenance": {"connection": "crm", "connector": "crm", "stream": "rows", "key": "1", "version": "1"},
    "occurred_at": AT,
}
RECORDS = {
    "person": {"party": PARTY, "language": "en", "country": "ES", "birth_year": 1990},
    "interaction": {"channel": "chat", "author": PARTY, "visibility": "private", "text": "fine, thanks",
                    "redaction": {"engine": "test", "entities": {"PERSON": 1}}},
    "case": {"channel": "ticket", "requester": PARTY, "status": "open", "opened_at": AT},
    "feedback": {"instrument": "nps", "author": PARTY, "score": 9},
    "loyalty_account": {"member": PARTY, "program": "miles", "points": 350},
    "loyalty_event": {"member": PARTY, "event": "earn", "points": 10},
    "consent": {"party": PARTY, "state": "given", "scope": {"purpose": "EmotionAnalysis"}},
}  # fmt: skip
TAG = {
    "id": "tag_1", "record_id": "rec_1", "person_id": "per_1", "label": "anger", "intensity": 0.5, "confidence": 0.8,
    "abstained": False, "valence": -0.5, "distress": 0.9, "churn_risk": 0.4, "model": "linear-en/1", "occurred_at": AT,
    "expires_at": AT,
}  # fmt: skip


def record_of(kind):
    if kind == "emotion_tag":
        return EmotionTag.model_validate(TAG)
    return parse_record({"kind": kind, **COMMON, **RECORDS[kind]})


@pytest.mark.parametrize("kind", [*RECORD_MODELS, "emotion_tag"])
def test_the_published_schema_accepts_a_record_and_refuses_another(kind):
    schema = json.loads((DOCS / "reference" / "schema" / f"{kind}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    record = json.loads(record_of(kind).model_dump_json())
    validator.validate(record)
    assert not validator.is_valid({**record, "id": 7})
    assert not validator.is_valid({**record, "surprise": 1})


def test_every_schema_is_published():
    assert {path.stem for path in (DOCS / "reference" / "schema").iterdir()} == set(json_schemas())


# --- pages by hand ---

REDACTION = (DOCS / "reference" / "redaction-file.md").read_text(encoding="utf-8")


def test_every_key_of_the_redaction_file_is_explained_with_its_default():
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*?)\|", REDACTION, re.MULTILINE))
    for name, field in RedactionPolicy.model_fields.items():
        shown = rows[name].strip(" `")
        default = field.get_default(call_default_factory=True)
        if field.is_required():
            assert shown == "", name
        elif isinstance(default, tuple):
            assert shown == (f"[{', '.join(default)}]" if default else "none"), name
        else:
            assert shown == str(default), name
    assert set(CustomPattern.model_fields) <= set(rows)


def test_the_example_of_the_redaction_file_loads(tmp_path):
    path = tmp_path / "redaction.yaml"
    path.write_text(re.search(r"```yaml file=redaction.yaml\n(.*?)```", REDACTION, re.DOTALL)[1], encoding="utf-8")
    assert load_redaction(path).patterns[0].entity == "ORDER_NUMBER"


def test_every_entity_that_the_shipped_rules_remove_is_explained():
    shipped = set(load_redaction(ROOT / "privacy" / "redaction.yaml").entities)
    assert shipped <= set(re.findall(r"`([A-Z_]+)`", REDACTION))


def test_settings_shown_in_the_guides_are_valid():
    page = DOCS / "how-to" / "connect-your-systems.md"
    merged = {"version": 1}
    for block in blocks(page, {"yaml"}):
        merged |= yaml.safe_load(block)
    assert set(Settings.model_validate(merged).syncs) == {"zendesk-pull", "zendesk-push"}


def test_the_audit_verifier_of_the_guide_accepts_an_export_and_refuses_a_changed_one(tmp_path, exported_log):
    code = blocks(DOCS / "how-to" / "verify-the-audit-log.md", {"python"})[0]
    assert "hub" not in re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE)
    script = tmp_path / "verify_log.py"
    script.write_text(code, encoding="utf-8")

    def verify():
        key = (exported_log / "log.vkey").read_text(encoding="utf-8").strip()
        return subprocess.run([sys.executable, script, exported_log, key], capture_output=True, text=True)

    assert verify().stdout == "300 entries of attune.example/audit/test are what was signed\n"
    bundle = exported_log / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b"allowed", b"refused", 1))
    assert "an entry was changed" in verify().stderr


@pytest.fixture
def exported_log(tmp_path):
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    migrate(url)
    store = open_store(url, Vault(bytes(32)), now=lambda: AT)
    signer = Signer("attune.example/audit/test", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    log = AuditLog(store, signer, lambda: AT)
    with store.begin() as tx:
        log.record(tx, [Entry(type="activate", outcome="allowed", reasons=(str(n),)) for n in range(300)])
    log.sequence()
    log.export(tmp_path / "export")
    store.close()
    return tmp_path / "export"


OF_THE_GATE = {"collect", "infer", "link", "activate"}  # the operation that the gate was asked about is the type
BY_ARGUMENT = {"deliver", "delivered", "run.started"}


def entries_written():
    """Every type and outcome that stands in the code, where an audit entry is made of it."""
    types, outcomes = set(), set()
    for path in (ROOT / "hub").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Entry", "AuditEntry"}:
                for keyword in node.keywords:
                    if isinstance(keyword.value, ast.Constant):
                        {"type": types, "outcome": outcomes}.get(keyword.arg, set()).add(keyword.value.value)
    return types, outcomes


def entries_described(heading):
    part = (DOCS / "reference" / "audit-entries.md").read_text().partition(heading)[2].partition("\n## ")[0]
    rows = [line.split("|") for line in part.splitlines() if line.startswith("| `")]
    return [(set(re.findall(r"`([^`]+)`", row[1])), row[2]) for row in rows]


def test_every_type_of_audit_entry_is_described():
    types, outcomes = entries_written()
    rows = entries_described("## Types")
    assert set().union(*(names for names, _ in rows)) == types | OF_THE_GATE | BY_ARGUMENT
    told = " ".join(cell for _, cell in rows)
    assert {one for one in outcomes if f"`{one}`" not in told} == set()


def test_every_field_of_an_audit_entry_is_described():
    fields = set().union(*(names for names, _ in entries_described("# Audit entries")))
    assert fields == set(Entry.model_fields) - {"detail"} | {"at", "c", "v"}
