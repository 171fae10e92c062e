import pytest
from pydantic import ValidationError

from hub.contract import AuthError, Checkable, HubError, ThrottledError, TransientError
from hub.testing import Fault, Reply
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.simulator import CONSUMER_SECRET, INSTANCE_URL, PASSWORD, SECURITY_TOKEN, USERNAME

EXPIRED = Reply(401, [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
USER = {"username": USERNAME, "password": PASSWORD, "security_token": SECURITY_TOKEN}
NO_KEYS = {"consumer_key": None, "consumer_secret": None}


def contacts(connector):
    return [record.key for batch in connector.read("contacts", None) for record in batch.records]


def test_nothing_is_called_before_it_is_used(org, connector):
    assert isinstance(connector, Checkable) and org.calls == []


@pytest.mark.parametrize("ways", [{}, {"username": USERNAME, "password": PASSWORD}, {**NO_KEYS, **USER}])
def test_every_login_flow_works_on_the_orgs_own_address(org, open_org, ways):
    open_org(**ways).check()
    assert org.logins == 1


def test_a_ready_token_needs_no_login(org, open_org):
    org.sessions.add("00Dready!1")
    open_org(session_token="00Dready!1", **NO_KEYS).check()
    assert org.logins == 0


@pytest.mark.parametrize(
    "ways",
    [{"consumer_secret": "wrong"}, {"username": USERNAME, "password": "wrong"}, {**NO_KEYS, **USER, "password": "wrong"},
     {**NO_KEYS, "session_token": "wrong"}],
)  # fmt: skip
def test_wrong_credentials_end_after_one_try_and_are_not_told(org, open_org, ways):
    with pytest.raises(AuthError) as caught:
        open_org(**ways).check()
    assert len(org.calls) == 1
    assert not any(secret in str(caught.value) for secret in ("wrong", PASSWORD, CONSUMER_SECRET, USERNAME))


def test_a_session_that_ends_between_pages_is_renewed_once(org, open_org):
    pages, keys = open_org(page_size=5).read("contacts", None), []
    for page in pages:
        keys += [record.key for record in page.records]
        org.expire_sessions()
    assert len(keys) == len(set(keys)) == 24
    assert org.logins == 5


def test_a_renewed_session_keeps_asking_for_deleted_rows(org, open_org):
    """The client's own re-login forgets what was asked for."""
    org.page_size = 5
    org.delete_contact(1)
    found = []
    for page in open_org().read("contacts", None):
        found += page.records
        org.expire_sessions()
    assert sum(record.deleted for record in found) == 1 and len(found) == 24


def test_a_session_that_is_never_accepted_costs_four_calls(org, connector):
    org.faults.add(Fault("* /services/data/*", reply=EXPIRED, times=-1))
    with pytest.raises(AuthError):
        contacts(connector)
    assert len(org.calls) == 4 and org.logins == 2


def test_a_ready_token_that_ends_costs_one_call(org, open_org):
    with pytest.raises(AuthError):
        contacts(open_org(session_token="00Dgone!1", **NO_KEYS))
    assert len(org.calls) == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "m"}]), ThrottledError),
        (Reply(429, "slow down"), ThrottledError),
        (Reply(403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "m"}]), AuthError),
        (Reply(401, "<html>login</html>"), AuthError),
        (Reply(503, "<html>down</html>"), TransientError),
        (Reply(500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "m"}]), TransientError),
        (Reply(200, "<html>maintenance</html>"), TransientError),
    ],
)
def test_each_refusal_says_what_to_do_next(org, connector, reply, error):
    org.faults.add(Fault("GET /services/data/*", reply=reply, times=-1))
    with pytest.raises(error) as caught:
        connector.check()
    assert "html" not in str(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_a_broken_connection_is_transient(org, connector, kind):
    org.faults.add(Fault("GET /services/data/*", kind=kind, times=-1))
    with pytest.raises(TransientError):
        connector.check()


def test_a_failing_login_is_transient(org, connector):
    org.faults.add(Fault("POST /services/oauth2/token", reply=Reply(503, "down"), times=-1))
    with pytest.raises(TransientError):
        connector.check()


def test_a_login_without_a_token_is_told(org, connector):
    org.faults.add(Fault("POST /services/oauth2/token", reply=Reply(200, {"id": "x"})))
    with pytest.raises(AuthError):
        connector.check()


def test_an_exhausted_limit_is_a_throttle(org, connector):
    org.api_limit = 0
    with pytest.raises(ThrottledError):
        contacts(connector)


def test_the_last_calls_of_the_day_are_left_to_people(org, connector):
    org.api_used, org.api_limit = 960, 1_000
    connector.check()
    with pytest.raises(ThrottledError, match="961 of the org's 1000"):
        connector.check()
    org.api_used = 10
    connector.check()


def test_nothing_is_sent_where_the_vendor_is_away(org, connector):
    org.stop()
    with pytest.raises(HubError):
        connector.check()


@pytest.mark.parametrize(
    "settings",
    [
        {"instance_url": "http://acme.my.salesforce.com"},
        {"instance_url": "https://acme.my.salesforce.com/path"},
        {"instance_url": "https://user:pw@acme.my.salesforce.com"},
        {"session_token": "also"},
        {"consumer_secret": None},
        {"customer_id_field": "Id FROM User --"},
        {"unknown": 1},
        {"api_version": "v59.0"},
    ],
)
def test_wrong_settings_are_refused(settings):
    good = {"instance_url": INSTANCE_URL, "consumer_key": "k", "consumer_secret": "s3cret"}
    merged = {name: value for name, value in {**good, **settings}.items() if value is not None}
    with pytest.raises(ValidationError) as caught:
        SalesforceConfig.model_validate(merged)
    assert "s3cret" not in str(caught.value)


def test_secrets_are_not_shown():
    config = SalesforceConfig(instance_url=INSTANCE_URL, consumer_key="k", consumer_secret="s3cret")
    assert "s3cret" not in repr(config)
    assert config.login_domain == "attune.my"
