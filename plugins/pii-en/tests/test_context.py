"""What no rule looks for is told by the words around it: the reader finds it, and what only looks like it stays."""

import re
from pathlib import Path

import pytest

from hub.privacy.redaction import load_redaction, make_redactor
from hub_pii_en.recogniser import PersonalRecogniser

ROOT = Path(__file__).resolve().parents[3]
REDACTOR = make_redactor(load_redaction(ROOT / "privacy" / "redaction.yaml"), names=PersonalRecogniser())

_HALF_SURE = pytest.mark.xfail(
    reason="a single town that version 9 is half sure of stays; version 8 removed it", strict=True
)


def redact(text: str) -> str:
    return REDACTOR.redact([text], languages=["en"], known=[()])[0].text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("my membership is, um, {} i think", "triple two nine oh one"),
        ("it is broken again. ({})", "Ottilie Brandvold"),
        ("I live in {} now", "Quezon City"),
        ("★★ Broke on day two. - Ruta K., {}", "Kaunas"),
        ("it went to the wrong house, we are at {} and wait", "14b"),
        ("pls unlock {}, it is urgent", "m.tavares-dunn"),
        ("you lost my order again, it's {}", "8841023"),
        ("find me as {} on insta", "lena.paints"),
        ("my home town {} is far", "Varna"),
        ("We come from {}, we need a school", "Mariupol"),
        ("I live in {} and wait", "Tralee"),
        ("uh my zip's {} thanks", "six oh six one four"),
        ("I am in {}, where I live, and it is far", "Tralee"),
        ("I'm a carpenter from {} and I wait", "Skopje"),
        ("he has moved back to {}, so stop", "Lomé"),
        ("We relocated from {} last year", "Vilnius"),
        ("We own a small bakery in {} here", "Ystad"),
        ("my brother in {} gets it too", "Porto"),
        pytest.param("my sister in {} next week, then home", "Leeds", marks=_HALF_SURE),
        ("for: Ilse, 41, {}, no pets", "Graz"),
        ("Ilse from {}: it is broken", "Ulm"),
        ("I live on {}, number two", "Cardigan Lane"),
        ("second door, code {} then", "A4419"),
        ("the postcode is {}", "b for bravo, t for tango, seven, one, two, j, n"),
        ("PSN {}, banned for nothing", "SleepyOtter"),
        ("GamerTag: {}, banned", "Nutty Professor 9"),
        ("logged in as {} but it is empty", "mvanderberg"),
        ("Locker code {} does not open", "771 204"),
        ("rx {}, again", "7719204-01"),
        ("my ac no {} ok", "4410 2231"),
        ("membership of my flatmate ({}) ends", "GM 004417"),
        ("age 67, {}, retired", "14th July 57"),
        ("is he still at {}?", "ninety one moss bank"),
        pytest.param("its Bru from {}, burst pipe", "Benoni", marks=_HALF_SURE),
        ("my mum's address was {}, now nobody knows", "Grozny"),
        ("It leaks again. Ana Tamayo, {}.", "Iloilo"),
        ("originally from {}, now here", "Split"),
        ("your code {} opens nothing", "BI.7731.P"),
        ("the plate ended in {}, i think", "k x z"),
        ("bday {} as you know", "12/4"),
        ('faith (you wrote "{}") is not yours to keep', "Baha'i"),
        ("my roblox is {} and it is gone", "icecreamtractor"),
        ("My gamertag got banned as an offensive name of somebody. It's {} there", "Silent_Otter"),
        ("moved it all in the name of {} at once", "P LOVEDAY"),
    ],
)
def test_nothing_of_it_is_left(text, value):
    left = redact(text.format(value))
    assert not [word for word in re.findall(r"\w{2,}", value) if word in left], left


@pytest.mark.parametrize(
    "text",
    [
        "I'm a fan of the Oslo chair, we drove from Lyon to Turin, the parcel from Leeds never came.",
        "my discord is disgusting",
        "I am logged in as admin, proxy_pass fails, delete_user is gone.",
        "For those aged 3 to 5, at level 67, on 14 July.",
        "Gold is up 4 percent, the platinum ring costs 1200, my pass is lost.",
        "WD40 can help, the car was fine, 10 min ago, the rx is late.",
        "What is the address? Why do you need it? Where do you live, he asked.",
        "Reset config.timeout, enable example.com and disable app_config. It broke. The end.",
        "The estimate is 4500, the quote was 1200, the job took 3 hours, application form 7.",
        "Our flight from Amsterdam to Nairobi was fine, the one to Kisumu was not.",
    ],
)
def test_what_only_looks_like_it_stays(text):
    assert redact(text) == text
