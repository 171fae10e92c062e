"""A notice gets to a webhook, waits where it is asked to, and its address is in no error."""

import pytest

from hub.errors import AuthError, ConfigError, TransientError
from hub.watch.notice import Notice
from hub.watch.slack import Slack

NOTICE = Notice("Attune acme: 1 alert", "[critical] stale: <zendesk-pull>")


def slack(webhook, waited=None):
    return Slack(webhook.url, "127.0.0.1", (waited if waited is not None else []).append)


def test_a_notice_gets_there(webhook):
    slack(webhook).send(NOTICE)
    assert webhook.got == [{"text": "*Attune acme: 1 alert*\n```[critical] stale: &lt;zendesk-pull&gt;```"}]


def test_it_waits_where_it_is_asked_to(webhook):
    webhook.statuses = [429]
    waited = []
    slack(webhook, waited).send(NOTICE)
    assert waited == [1] and len(webhook.got) == 2


@pytest.mark.parametrize(
    ("status", "error"), [(404, AuthError), (403, AuthError), (500, TransientError), (302, TransientError)]
)
def test_a_refusal_is_told_without_the_address(webhook, status, error):
    webhook.statuses = [status] * 9
    with pytest.raises(error) as told:
        slack(webhook).send(NOTICE)
    assert str(status) in str(told.value) and "secretsecret" not in str(told.value)
    assert len(webhook.got) == 1


def test_nobody_answers(webhook):
    gone = Slack("http://127.0.0.1:1/services/secretsecret", "127.0.0.1", [].append)
    with pytest.raises(TransientError) as told:
        gone.send(NOTICE)
    assert "secretsecret" not in str(told.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.slack.com.evil.example/services/secretsecret",
        "https://evil.example/services/secretsecret",
        "http://hooks.slack.com/services/secretsecret",
        "https://hooks.slack.com@evil.example/secretsecret",
        "not an address",
    ],
)
def test_only_the_pinned_host_is_called(address):
    with pytest.raises(ConfigError) as told:
        Slack(address, "hooks.slack.com").send(NOTICE)
    assert "secretsecret" not in str(told.value)
