"""Real support conversations (a sample of "Customer Support on Twitter") as threads of X, through the whole pull.

The sample names many companies; here they are one: whatever an author without a number wrote is the company's own post.
Ids, times, texts and who answers whom are real. Where a post answers one that the sample does not hold, X says, as it would,
that it is gone. No assertion may show a text: compare ids, counts and reasons.
"""

import html
import re
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from hub.schema import (
    AuthorRole,
    ConsentEvent,
    ConsentEvidence,
    ConsentScope,
    ConsentState,
    Identifier,
    Party,
    Provenance,
)
from hub.testing import FakeClock, route
from hub_x.simulation.seed import ACCOUNT
from hub_x.simulation.world import SimPost, SimUser
from hub_x.simulator import XSimulator

pytestmark = pytest.mark.recorded

FILE = "text/twcs_sample_93.csv"
WRITTEN = "%a %b %d %H:%M:%S %z %Y"
MISSING_AUTHOR = "1"
CUSTOMERS, CONVERSATIONS = 29, 27


@pytest.fixture(scope="module")
def tweets(table):
    """The sample by id, as a function so that no failure shows it."""
    rows = {row["tweet_id"]: row for row in table(FILE)}
    return lambda: rows


def is_customers(tweet):
    return tweet["inbound"] == "True"


def written_at(tweet):
    return datetime.strptime(tweet["created_at"], WRITTEN).astimezone(UTC)


def root_of(tweets, key):
    """The conversation that a post belongs to: the first post of its chain of answers."""
    while key in tweets and tweets[key]["in_response_to_tweet_id"]:
        key = tweets[key]["in_response_to_tweet_id"]
    return key


class SupportX(XSimulator):
    """X with the sample: what customers wrote are the mentions, what companies wrote is the company's timeline."""

    def seed(self):
        self.world.add_user(SimUser(ACCOUNT.id, ACCOUNT.name, ACCOUNT.username))
        self.world.add_user(SimUser(MISSING_AUTHOR, "Somebody", "somebody"))

    def load(self, tweets):
        self.search_reach = None
        for tweet in tweets.values():
            if is_customers(tweet):
                self.world.add_user(
                    SimUser(tweet["author_id"], f"Customer {tweet['author_id']}", f"c{tweet['author_id']}")
                )
        for key in sorted(tweets, key=lambda one: written_at(tweets[one])):
            self._add(tweets, key)

    def _add(self, tweets, key):
        if key in self.world.posts:
            return
        tweet = tweets[key]
        answered = tweet["in_response_to_tweet_id"] or None
        if answered and answered not in self.world.posts:
            self._add(tweets, answered) if answered in tweets else self._add_gone(answered, written_at(tweet))
        author = tweet["author_id"] if is_customers(tweet) else ACCOUNT.id
        # The sample keeps X's escapes; the simulator escapes again.
        text, said = html.unescape(tweet["text"]), written_at(tweet)
        reply_to = self.world.posts[answered] if answered else None
        self.world.posts[key] = SimPost(key, author, text, said, root_of(tweets, key), reply_to, versions=[key])

    def _add_gone(self, key, before):
        post = SimPost(key, MISSING_AUTHOR, "", before, key, versions=[key], deleted_at=before)
        self.world.posts[key] = post

    @route("GET", "/2/users/{user_id}/mentions")
    def mentions(self, request, user_id):
        return self._list(request, lambda post: post.author_id != ACCOUNT.id, lowest=5)

    def edit_everything(self, keys):
        """Everybody edits what they wrote, without changing a word: X gives each post a new id."""
        for key in keys:
            self.edit_post(key, self.world.posts[key].text)


@contextmanager
def running_x(tweets):
    """X, a little after the last thing was said: no retention has ended yet."""
    last = max(written_at(tweet) for tweet in tweets.values())
    with SupportX(clock=FakeClock(last + timedelta(hours=1))) as simulator:
        simulator.seed()
        simulator.load(tweets)
        yield simulator


@pytest.fixture
def x(tweets):
    with running_x(tweets()) as simulator:
        yield simulator


@pytest.fixture
def deployment(x, deploy):
    return deploy("x", x)


@pytest.fixture(scope="module")
def pulled(tweets, deploy):
    """A deployment that has read everything once, nobody having agreed to anything, and its report; only to look at."""
    with running_x(tweets()) as simulator:
        deployment = deploy("x", simulator)
        yield deployment, deployment.pull()


def agree(deployment, authors):
    """Authors tell the company, before it reads them, that it may analyse how they feel."""
    now = deployment.clock.now() - timedelta(minutes=1)
    with deployment.open() as hub, hub.store.begin() as tx:
        for author in authors:
            known = Identifier(kind="vendor_id", value=author, issuer="x")
            lookup = hub.vault.lookup_identifier(known)
            person = tx.persons.find([lookup]).get(lookup)
            if person is None:
                person = tx.persons.create()
                tx.persons.attach(person, [known])
            tx.consents.append([(person, yes(author, now))])


def yes(author, now):
    return ConsentEvent(
        id=f"consent_{author}",
        provenance=Provenance(connection="x", connector="x", stream="test", key=author, version="1"),
        party=Party(role="customer"),
        state=ConsentState.GIVEN,
        occurred_at=now,
        scope=ConsentScope(purpose="EmotionAnalysis", category="emotion"),
        evidence=ConsentEvidence(explicit=True, notice_version=1, source_system="test"),
    )


def by_key(deployment):
    return {record.provenance.key: record for record in deployment.records()}


def test_the_sample_is_the_one_these_numbers_were_counted_in(tweets):
    assert Counter(is_customers(tweet) for tweet in tweets().values()) == {True: 49, False: 44}
    assert len({tweet["author_id"] for tweet in tweets().values() if is_customers(tweet)}) == CUSTOMERS
    assert len({root_of(tweets(), key) for key in tweets()}) == CONVERSATIONS
    missing = {t["in_response_to_tweet_id"] for t in tweets().values()} - {""} - set(tweets())
    assert len(missing) == 2


def test_every_post_ends_and_threads_hold_together(tweets, pulled):
    deployment, report = pulled
    assert report.error is None
    assert deployment.ends(report, "mentions") == {"stored: consent.none": 49}
    assert deployment.ends(report, "timeline") == {
        "stored: author.not_customer": 42,
        "withheld: subject.unknown": 2,  # they answer posts that are gone
        "unchanged: source.deleted": 2,  # and X says of those that they are
    }
    assert report.counts["read"] == len(tweets()) + 2
    records = by_key(deployment)
    assert len(records) == 91
    threads = {}
    for key, record in records.items():
        threads.setdefault(root_of(tweets(), key), set()).add(record.thread_id)
    assert all(len(ids) == 1 for ids in threads.values())
    assert len({thread for ids in threads.values() for thread in ids}) == len(threads) == CONVERSATIONS


def test_answers_of_agents_belong_to_the_customer_they_answer(tweets, pulled):
    deployment, _ = pulled
    records = by_key(deployment)
    owners = dict(deployment.rows("SELECT id, person_id FROM records"))
    answers = [key for key in records if not is_customers(tweets()[key])]
    assert len(answers) == 42
    for key in answers:
        answered = tweets()[key]["in_response_to_tweet_id"]
        assert records[key].author.role is AuthorRole.AGENT
        assert owners[records[key].id] == owners[records[answered].id]
        assert records[key].reply_to_id == records[answered].id
    authors = {tweets()[key]["author_id"] for key in records if is_customers(tweets()[key])}
    assert len({owners[records[k].id] for k in records if is_customers(tweets()[k])}) == len(authors) == CUSTOMERS


def test_nobody_is_analysed_who_has_not_agreed(pulled):
    deployment, report = pulled
    assert report.counts["tagged"] == 0
    assert deployment.tags() == []
    assert deployment.ends(report)["stored: consent.none"] == 49


def test_only_words_of_those_who_agreed_are_tagged(tweets, deployment):
    authors = sorted({tweet["author_id"] for tweet in tweets().values() if is_customers(tweet)})
    agree(deployment, authors[::2])
    report = deployment.pull()
    assert report.error is None
    agreed = {key for key, tweet in tweets().items() if tweet["author_id"] in authors[::2]}
    records = {record.id: key for key, record in by_key(deployment).items()}
    assert {records[tag.record_id] for tag in deployment.tags()} == agreed
    assert 0 < len(agreed) < 49
    assert report.counts["tagged"] == len(agreed)
    assert deployment.ends(report, "mentions") == {"stored": len(agreed), "stored: consent.none": 49 - len(agreed)}


def test_who_agrees_later_is_tagged_when_their_posts_are_read_again(tweets, x, deployment):
    assert deployment.pull().counts["tagged"] == 0
    customers = [key for key, tweet in tweets().items() if is_customers(tweet)]
    agree(deployment, sorted({tweets()[key]["author_id"] for key in customers}))
    # Consent alone does not make the hub read again what has not changed.
    deployment.clock.advance(3600)
    assert deployment.ends(deployment.pull(full=True), "mentions") == {"unchanged": 49}
    x.edit_everything(customers)
    deployment.clock.advance(3600)
    report = deployment.pull(full=True)
    assert report.error is None
    assert deployment.ends(report, "mentions") == {"stored": 49, "stored: source.deleted": 49}
    assert report.counts["tagged"] == len(deployment.tags()) == 49
    roles = dict(deployment.rows("SELECT id, role FROM records"))
    assert {roles[tag.record_id] for tag in deployment.tags()} == {"customer"}
    assert Counter(roles.values()) == {"customer": 49, "agent": 42}


COMPANIES = re.compile(
    r"(?i)@(?:AppleSupport|SpotifyCares|O2|SouthwestAir|VirginTrains|Tesco|HPSupport|British_Airways)\b|03331 031 031"
)
"""Handles and a shared line of companies: nobody's personal data, and not removed."""


def test_personal_data_of_real_posts_does_not_rest(tweets, pulled):
    deployment, _ = pulled
    assert sum("@" in tweet["text"] for tweet in tweets().values()) > 80
    said = [html.unescape(tweet["text"]) for tweet in tweets().values()]
    assert "whole text, in the file" not in deployment.leaks(lambda: said)
    assert deployment.leaks(lambda: [COMPANIES.sub("", text) for text in said]) == {}
