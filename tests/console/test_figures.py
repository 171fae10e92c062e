"""The page of figures: a purpose first, the same closed numbers as the command line's, every look on record."""

from datetime import timedelta

import pytest

from hub.app import open_hub
from hub.pipeline.door import Door, Viewer
from tests.console.asking import ask
from tests.console.story import tell
from tests.moods import say

PURPOSE = "ServiceOptimisation"
SAID = {("anger", "ticket"): 31, ("gratitude", "ticket"): 24, ("anger", "chat"): 22, ("sadness", "chat"): 3}
LAST, BEFORE = "2026-W20", "2026-W19"  # it is Wednesday of week 21 in the story


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    story = tell(tmp_path_factory.mktemp("figures"))
    with open_hub(story.config, now=story.clock.now) as hub:
        fill(hub, story.clock.now())
    return story


def fill(hub, now):
    """What was said in the last two closed weeks, twice as much in the one before."""
    for week, factor in ((1, 1), (2, 2)):
        say(hub, {what: count * factor for what, count in SAID.items()}, now - timedelta(days=7 * week))


@pytest.fixture
def look(world):
    from hub.console.application import make_console
    from hub.console.office import Office

    office = Office(world.config, now=world.clock.now)

    def look(query="", role="analyst", kind=""):
        def door_for(hub):
            return Door(hub.store, hub.audit, hub.access, Viewer("somebody", frozenset([role])), hub.now)

        return ask(make_console(office, lambda: door_for), f"/figures{kind}?{query}")

    yield look
    office.close()


@pytest.fixture
def reads(world):
    def reads():
        with open_hub(world.config, now=world.clock.now) as hub:
            hub.audit.sequence()
            return [one for one in hub.audit.show() if one["type"] == "read"]

    return reads


def test_without_a_purpose_there_is_a_question_and_no_number(look, reads):
    before = len(reads())
    page = look()
    assert page.status == 200 and "choose a purpose" in page.text and "<svg" not in page.text
    told = look(kind=".json").data
    assert (
        told["figures"] is None and told["purposes"] == [PURPOSE] and (told["weeks"][0], told["week"]) == (LAST, LAST)
    )
    assert len(reads()) == before, "nothing was shown, so nothing is on record"


def test_the_numbers_are_those_of_the_command_line_and_the_look_is_on_record(look, reads, world):
    from typer.testing import CliRunner

    from hub.cli import app

    before = len(reads())
    told = look(f"purpose={PURPOSE}", kind=".json").data
    found = {(one["label"], one["channel"]): one["people"] for one in told["figures"]}
    assert found["anger", "total"] == 55 and all(count is None or count % 5 == 0 for count in found.values())
    assert not [label for label, _ in found if label == "sadness"], "three people are left out"
    assert None in found.values()
    (read,) = reads()[before:]
    assert (read["actor"], read["purpose"], read["outcome"]) == ("somebody", PURPOSE, "shown")
    assert told["stamp"].startswith(f"shown to somebody for {PURPOSE}")
    world.set_roles("{operator: [analyst]}")
    ran = CliRunner().invoke(
        app, ["privacy", "figures", "--purpose", PURPOSE, "--week", LAST, "--json", "-c", str(world.config)]
    )
    assert ran.exit_code == 0, ran.output
    import json

    assert json.loads(ran.stdout)["figures"] == told["figures"]


def test_the_page_draws_what_is_shown_and_says_what_is_hidden(look):
    look(f"purpose={PURPOSE}&week={BEFORE}")
    page = look(f"purpose={PURPOSE}")
    assert page.status == 200 and page.text.count("<svg") == 2 and "hidden" in page.text
    assert "of-people" in page.text and "of-anger" in page.text and "of-sadness" not in page.text
    assert "this look is on record" in page.text and "<script>" not in page.text and "style=" not in page.text


def test_the_curve_has_weeks_that_were_looked_at_and_counts_none(look):
    before = {one["week"] for one in look(f"purpose={PURPOSE}", kind=".json").data["curve"]}
    assert LAST in before and "2026-W18" not in before
    told = look(f"purpose={PURPOSE}&week={BEFORE}", kind=".json").data
    assert [one["week"] for one in told["curve"]] == [BEFORE, LAST]
    assert [one["people"]["anger"] for one in told["curve"]] == [105, 55]


@pytest.mark.parametrize(
    ("query", "role", "why"),
    [
        ("", "operations", "access.no_purpose"),
        (f"purpose={PURPOSE}", "operations", "access.not_granted"),
        ("purpose=Sale", "analyst", "forbid"),
        ("purpose=Nonsense", "analyst", "access"),
    ],
)
def test_whoever_may_not_sees_no_number_and_is_on_record(look, reads, query, role, why):
    before = len(reads())
    page = look(query, role)
    assert page.status == 403 and why in page.text and "anger" not in page.text
    assert [one["outcome"] for one in reads()[before:]] == ["denied"]


@pytest.mark.parametrize(
    ("week", "status", "why"),
    [("2026-W21", 403, "still open"), ("18", 400, "no ISO week"), ("2026-W60", 400, "no ISO")],
)
def test_a_week_that_cannot_be_shown(look, week, status, why):
    page = look(f"purpose={PURPOSE}&week={week}")
    assert page.status == status and why in page.text


@pytest.mark.parametrize(("role", "sees"), [("analyst", True), ("operations", False), ("team_lead", True)])
def test_the_navigation_offers_it_to_those_who_have_a_purpose(look, role, sees):
    page = look(f"purpose={PURPOSE}", "analyst") if role == "analyst" else look(f"purpose={PURPOSE}", role)
    if sees:
        assert '/figures" aria-current="page">Figures</a>' in page.text
    else:
        assert "Figures</a>" not in page.text
