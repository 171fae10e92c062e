import re
import shutil
from pathlib import Path

import pytest

from hub.errors import ConfigError, PolicyError
from hub.privacy import dpv
from hub.privacy.gpp import meaning
from hub.privacy.policy import load_policy, operation_for
from hub.privacy.rules import Basis
from hub.schema import RECORD_MODELS

PRIVACY = Path(__file__).parents[2] / "privacy"


@pytest.fixture
def folder(tmp_path):
    for name in ("purposes", "jurisdictions", "destinations", "retention"):
        shutil.copy(PRIVACY / f"{name}.yaml", tmp_path)
    return tmp_path


def change(folder, file, old, new):
    """This replaces the first ``old`` in a file and gives the line it stands on."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refused(folder):
    with pytest.raises(ConfigError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_the_reference_rules_load():
    policy = load_policy(PRIVACY)
    assert re.fullmatch(r"[0-9a-f]{12}", policy.version)
    assert [problem for problem in policy.lint() if problem.severity == "error"] == []


def test_the_version_is_of_the_content_not_of_the_comments(folder):
    before = load_policy(folder).version
    change(folder, "purposes.yaml", "version: 1", "# a remark\nversion:   1")
    assert load_policy(folder).version == before
    change(folder, "retention.yaml", "P90D", "P89D")
    assert load_policy(folder).version != before


@pytest.mark.parametrize("name", ["purposes", "jurisdictions", "destinations", "retention"])
def test_a_missing_file_is_refused(folder, name):
    (folder / f"{name}.yaml").unlink()
    assert f"{name}.yaml" in refused(folder)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"version: [", "not valid YAML"),
        (b"- 1", "valid dictionary"),
        (b"[" * 5000, "not valid YAML"),
    ],
)
def test_an_unreadable_file_is_refused(folder, content, what):
    (folder / "retention.yaml").write_bytes(content)
    assert re.search(rf"retention\.yaml:\d+: .*{what}", refused(folder))


def test_a_key_that_stands_twice_is_refused(folder):
    (folder / "retention.yaml").write_text("version: 1\nrules: []\nrules: []\n", encoding="utf-8")
    assert "retention.yaml:3: the key 'rules' stands here twice" in refused(folder)


def test_a_file_that_unfolds_without_end_is_refused(folder):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 8)
    )
    (folder / "retention.yaml").write_text(bomb, encoding="utf-8")
    assert "unfolds to more than" in refused(folder)


@pytest.mark.parametrize("text", ["version: &a [*a]", "version: " + "[" * 60 + "]" * 60])
def test_a_file_that_contains_itself_is_refused(folder, text):
    (folder / "retention.yaml").write_text(text, encoding="utf-8")
    assert "retention.yaml:1: the file unfolds to more than 50000 values or 40 levels" in refused(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("purposes.yaml", "max_age: P730D", "max_ages: P730D", "no key 'max_ages' here; did you mean 'max_age'?"),
        ("purposes.yaml", 'basis: {"*": contract}', 'basis: {"*": contrakt}', "contract"),
        ("purposes.yaml", 'basis: {"*": contract}', "basis: {DE: contract}", "entry '*'"),
        ("purposes.yaml", "US: legitimate_interest", "UX: legitimate_interest", "jurisdiction 'UX' is not known"),
        ("purposes.yaml", "max_age: P730D", "max_age: 730", "period"),
        (
            "purposes.yaml",
            "max_age: P730D",
            "parent: CustomerCar",
            "'CustomerCar' is not known; did you mean 'CustomerCare'?",
        ),
        ("purposes.yaml", "max_age: P730D", "parent: EmotionAnalysis", "part of itself"),
        ("purposes.yaml", "max_age: P730D", "special_basis: contract", "'dpia'"),
        ("purposes.yaml", "dpv: https://w3id.org/dpv#CustomerCare", "dpv: care", "dpv"),
        ("purposes.yaml", "Collections, Sale", "Collectors, Sale", "did you mean 'Collections'?"),
        ("purposes.yaml", "kind: person", "kind: persona", "did you mean 'person'?"),
        ("purposes.yaml", "- {kind: case,", "- {kind: case, channel: ticket,", "every 'case'"),
        ("purposes.yaml", "category: emotion.label}", "category: emotion.lable}", "emotion.label"),
        ("jurisdictions.yaml", "age_of_consent: 14", "age_of_consent: 140", "less than or equal"),
        ("jurisdictions.yaml", "default_age: 16", "default_age: 3", "greater than or equal"),
        ("jurisdictions.yaml", 'source: "DSG § 4(4)", ', "", "'jurisdictions.AT.source' is missing"),
        ("destinations.yaml", "\n  hub:", "\n  hub2:", "'hub' is missing"),
        (
            "destinations.yaml",
            "purposes: [CustomerCare, EmotionAnalysis]",
            "purposes: [CustomerCares]",
            "did you mean 'CustomerCare'?",
        ),
        ("destinations.yaml", "emotion.label: keep", "emotion.lable: keep", "did you mean 'emotion.label'?"),
        ("destinations.yaml", "emotion.label: keep", "emotion.label: keap", "keep"),
        ("destinations.yaml", "emotion.label: keep", "emotion.label: {do: round}", "'round' needs 'step'"),
        (
            "destinations.yaml",
            "emotion.label: keep",
            "emotion.label: {do: token, scope: crm}",
            "token scope 'crm' is not known",
        ),
        ("destinations.yaml", "{do: round, step: 0.01}", "{do: round, stepp: 0.01}", "did you mean 'step'?"),
        ("retention.yaml", "category: emotion", "category: emotio", "category"),
        ("retention.yaml", "category: consent, keep", "category: contact, keep", "every 'consent'"),
        ("retention.yaml", "keep: P1825D, from: collected", "keep: P1825D, from: case_closed", "every 'consent'"),
        ("retention.yaml", "{category: consent,", "{category: consent, source: x,", "every 'consent'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(folder, file, old, new, says):
    line = change(folder, file, old, new)
    message = refused(folder)
    assert says in message
    found = re.match(rf".*{re.escape(file)}:(\d+): ", message)
    assert found
    exact = not says.startswith(("every", "'hub'"))
    assert not exact or abs(int(found[1]) - line) <= 1, message


def test_a_reversible_pseudonym_goes_only_where_there_is_a_vault(folder):
    change(folder, "destinations.yaml", "token_scopes: {}", "token_scopes: {crm: {}}")
    change(folder, "destinations.yaml", "emotion.label: keep", "emotion.label: {do: pseudonym, scope: crm}")
    assert "no vault" in refused(folder)
    change(folder, "destinations.yaml", "    fields:", "    vault: true\n    fields:")
    assert load_policy(folder)


def test_norway_is_a_country(folder):
    row = "NO: {name: Norway, age_of_consent: 13, source: law, reviewed: 2026-01-01}"
    change(folder, "jurisdictions.yaml", "  NL:", f"  {row}\n  NL:")
    assert load_policy(folder).age_of_consent(["NO"]) == 13


@pytest.mark.parametrize(
    ("purpose", "places", "basis"),
    [
        ("DirectMarketing", ["US"], Basis.LEGITIMATE_INTEREST),
        ("DirectMarketing", ["US-NY"], Basis.LEGITIMATE_INTEREST),
        ("DirectMarketing", ["US", "FR"], Basis.CONSENT),
        ("DirectMarketing", ["ZZ"], Basis.CONSENT),
        ("DirectMarketing", ["US", "ZZ"], Basis.CONSENT),
        ("DirectMarketing", [], Basis.CONSENT),
        ("Sale", ["US-CA"], Basis.LEGITIMATE_INTEREST),
        ("Sale", ["US"], Basis.NONE),
        ("CustomerCare", [], Basis.CONTRACT),
    ],
)
def test_the_strictest_basis_of_all_places_counts(purpose, places, basis):
    assert load_policy(PRIVACY).basis(purpose, places) is basis


@pytest.mark.parametrize(
    ("places", "age"),
    [
        (["AT"], 14),
        (["AT", "DE"], 16),
        ([], 16),
        (["ZZ"], 16),
        (["US"], 13),
        (["US-CA"], 16),
        (["US-NY"], 13),
        (["GB", "ZZ"], 16),
    ],
)
def test_the_highest_age_of_all_places_counts(places, age):
    assert load_policy(PRIVACY).age_of_consent(places) == age


def test_every_kind_of_record_is_collected_for_something():
    policy = load_policy(PRIVACY)
    asked = {kind: operation_for(policy, kind) for kind in RECORD_MODELS}
    assert asked["interaction"] == ("CustomerCare", "content")
    assert asked["consent"] == ("LegalCompliance", "consent")
    assert operation_for(policy, "interaction", visibility="public", channel="social_post") == (
        "ServiceOptimisation",
        "content",
    )
    assert operation_for(policy, "infer") == ("EmotionAnalysis", "emotion.label")
    for purpose, category in asked.values():
        hub = policy.destination("hub")
        assert policy.purpose_lineages[purpose] & set(hub.purposes)
        assert policy.category_lineages[category] & set(hub.categories)


def test_a_kind_nobody_has_heard_of_is_refused():
    with pytest.raises(PolicyError) as caught:
        operation_for(load_policy(PRIVACY), "thought")
    assert caught.value.reason == "policy.no_operation"


def test_a_destination_without_an_entry_gets_nothing():
    with pytest.raises(PolicyError) as caught:
        load_policy(PRIVACY).destination("newcomer")
    assert caught.value.reason == "policy.unknown_destination"


def test_only_identifiers_that_are_kept_may_stand_in_the_bytes(folder):
    assert load_policy(folder).allowed_identifiers("salesforce") == frozenset()
    change(
        folder,
        "destinations.yaml",
        "      emotion.label: keep",
        "      person.email: keep\n      person.phone: {do: mask}",
    )
    change(folder, "destinations.yaml", "title: CRM (contacts and cases)", "title: CRM\n    identifiers: [handle]")
    assert load_policy(folder).allowed_identifiers("salesforce") == {"email", "handle"}


def test_a_place_nobody_knows_gets_the_strictest_row_even_where_the_default_is_weaker(folder):
    change(folder, "purposes.yaml", '{"*": legitimate_interest}', '{"*": legitimate_interest, DE: consent}')
    policy = load_policy(folder)
    assert policy.basis("ServiceOptimisation", ["FR"]) is Basis.LEGITIMATE_INTEREST
    assert policy.basis("ServiceOptimisation", ["ZZ"]) is Basis.CONSENT
    assert policy.basis("ServiceOptimisation", []) is Basis.CONSENT


def test_a_purpose_that_the_vocabulary_does_not_know_is_refused_with_its_line(folder):
    line = change(folder, "purposes.yaml", "dpv#DirectMarketing", "dpv#DirectMarkting")
    told = refused(folder)
    assert f"purposes.yaml:{line}:" in told and "did you mean 'DirectMarketing'?" in told


def test_the_tree_of_the_vocabulary_names_its_licence_and_every_term_that_signals_refuse():
    told = Path(dpv.__file__).with_name("dpv.json").read_text(encoding="utf-8")
    assert "W3C Software and Document License" in told
    assert set(meaning._EVERYTHING_TOLD) <= set(dpv.broader())
    assert dpv.lineage("TargetedAdvertising") >= {
        "PersonalisedAdvertising",
        "Advertising",
        "Marketing",
        "Personalisation",
    }
