"""What counts as somebody saying that they are a child, and what does not."""

import pytest

from hub.privacy.childhood import stated_age

AGES = {
    "Hi, I'm 12 years old and my parcel is broken": 12,
    "i am 13 yo": 13,
    "I’m only twelve years old!": 12,
    "im 11 y/o": 11,
    "My age is 14.": 14,
    "I just turned 9 and got your game": 9,
    "I am a 5-star customer, and I am 34 years old": 34,
    "I'm still a kid": 0,
    "I am a minor": 0,
    "Ich bin erst 12 Jahre alt.": 12,
    "ich bin 13 alt": 13,
    "Ich bin noch minderjährig": 0,
    "J'ai 12 ans.": 12,
    "j’ai que 11 ans et je suis triste": 11,
    "Je suis mineure": 0,
    "Tengo 13 años": 13,
    "soy menor de edad": 0,
    "Ho solo 12 anni!": 12,
    "Tenho 12 anos": 12,
    "Ik ben 12 jaar.": 12,
    "ik ben pas 13 jaar oud": 13,
    "Mam 12 lat": 12,
}
NOTHING = [
    "My son is 12 years old",
    "When I was 12 years old",
    "I am 12 minutes late",
    "I am 14th in the queue",
    "my account is 12 years old, and I am tired of this",
    "I am a kid at heart",
    "J'ai 12 ans d'ancienneté chez vous",
    "Tengo 10 años de cliente",
    "Ho 12 anni di contratto",
    "Ik ben 12 jaar klant",
    "Ich bin 12 Jahre Kunde",
    "I have just turned 15 pages",
    "",
]


@pytest.mark.parametrize("text", AGES)
def test_an_age_that_somebody_says_they_have(text):
    assert stated_age(text) == AGES[text]


@pytest.mark.parametrize("text", NOTHING)
def test_what_says_nothing_of_the_author(text):
    assert stated_age(text) is None
