import json

import pytest

from hub.contract import AuthError, BadRecordError, ConfigError, ThrottledError, TransientError
from hub.testing import Fault, Reply
from hub_x.simulation.seed import STRANGERS

BO, TAMSIN, RAVI, PETRA, DOMINIK, NOOR = (user.id for user in STRANGERS)


def post_of(x, user_id):
    return next(post.id for post in x.world.posts.values() if post.author_id == user_id)


def recheck(source, keys, stream="mentions"):
    batches = list(source.recheck(stream, keys))
    assert all(batch.cursor is None for batch in batches)
    return [record for batch in batches for record in batch.records]


def test_posts_that_must_go_come_back_deleted_and_no_others(x, open_source):
    posts = {user: post_of(x, user) for user in (BO, TAMSIN, RAVI, PETRA, DOMINIK)}
    located = next(post.id for post in x.world.posts.values() if post.place_id)
    x.delete_post(posts[BO])
    x.protect_user(TAMSIN)
    x.set_user_state(RAVI, "suspended")
    x.set_user_state(PETRA, "deactivated")
    x.scrub_geo(located)
    records = recheck(open_source(x), [*posts.values(), located, "123"])
    assert {record.key for record in records} == {posts[BO], posts[TAMSIN], posts[RAVI], posts[PETRA], located}
    assert all(r.deleted and r.data == {} and r.stream == "mentions" for r in records)


def test_the_instant_of_the_event_is_the_version(x, open_source):
    post = post_of(x, BO)
    x.delete_post(post)
    (record,) = recheck(open_source(x), [post])
    assert record.version == "deleted:2026-06-01T09:00:00.000Z"


def test_users_that_must_go_come_back_deleted(x, open_source):
    x.set_user_state(BO, "suspended")
    records = recheck(open_source(x), [BO, TAMSIN, NOOR], "users")
    assert {record.key for record in records} == {BO, NOOR}
    assert [job.kind for job in x.jobs.values()] == ["users"]


def test_every_job_runs_through_the_session_without_the_token_at_the_storage(x, open_source):
    post = post_of(x, BO)
    recheck(open_source(x), [post, post])
    assert [(call.method, call.path.rsplit("/", 1)[0]) for call in x.calls] == [
        ("GET", "/2/compliance"),
        ("POST", "/2/compliance"),
        ("PUT", "/storage/submission"),
        ("GET", "/2/compliance/jobs"),
        ("GET", "/2/compliance/jobs"),
        ("GET", "/2/compliance/jobs"),
        ("GET", "/storage/delivery"),
    ]
    assert x.calls[2].body == f"{post}\n".encode()
    assert x.clock.slept == [1, 1]


def test_nothing_to_check_is_no_call(x, open_source):
    assert recheck(open_source(x), []) == []
    assert x.calls == []


def test_many_are_handed_over_in_several_batches(x, open_source):
    ids = [x.add_post(BO, "@AttuneAir") for _ in range(1201)]
    x.protect_user(BO)
    batches = list(open_source(x).recheck("search", ids))
    assert [len(batch.records) for batch in batches] == [500, 500, 201]
    assert {record.stream for batch in batches for record in batch.records} == {"search"}


def test_a_key_that_is_no_id_is_refused_before_any_call(x, open_source):
    with pytest.raises(BadRecordError) as caught:
        recheck(open_source(x), ["12", "maria@example.com"])
    assert "maria" not in str(caught.value)
    assert x.calls == []


def test_an_unknown_stream_is_refused(x, open_source):
    with pytest.raises(ConfigError):
        recheck(open_source(x), ["1"], "likes")


def test_a_job_left_behind_before_its_upload_is_taken_up(x, open_source):
    x.faults.add(Fault("PUT /storage/*", kind="reset"))
    post = post_of(x, BO)
    x.delete_post(post)
    with pytest.raises(TransientError):
        recheck(open_source(x), [post])
    assert [r.key for r in recheck(open_source(x), [post])] == [post]
    assert len(x.jobs) == 1


@pytest.mark.parametrize("lost", ["PUT /storage/*", "GET /2/compliance/jobs/*", "GET /storage/*"])
def test_a_job_left_behind_after_its_upload_is_gone_on_with_not_made_again(x, open_source, lost):
    post = post_of(x, BO)
    x.delete_post(post)
    x.faults.add(Fault(lost, kind="commit_then_reset"))
    with pytest.raises(TransientError):
        recheck(open_source(x), [post])
    assert [r.key for r in recheck(open_source(x), [post])] == [post]
    assert len(x.jobs) == 1


def test_an_old_answer_is_not_taken_for_a_new_one(x, open_source):
    post = post_of(x, BO)
    assert recheck(open_source(x), [post]) == []
    x.delete_post(post)
    x.clock.advance(2 * 3600)
    assert [r.key for r in recheck(open_source(x), [post])] == [post]


def test_another_job_of_the_kind_means_waiting(x, open_source):
    source, post = open_source(x), post_of(x, BO)
    x.job_seconds = 60.0
    running = source.recheck("mentions", [post])
    x.faults.add(Fault("GET /2/compliance/jobs/*", kind="reset"))
    with pytest.raises(TransientError):
        next(running)
    other = [post, post_of(x, TAMSIN)]
    with pytest.raises(ThrottledError) as caught:
        recheck(source, other)
    x.clock.advance(caught.value.retry_after)
    assert recheck(source, other) == []


def test_a_job_created_by_somebody_else_in_between_means_waiting(x, open_source):
    x.faults.add(Fault("POST /2/compliance/jobs", reply=Reply(409, {"title": "Conflict"}), times=-1))
    with pytest.raises(ThrottledError) as caught:
        recheck(open_source(x), ["1"])
    assert caught.value.retry_after == 60


def test_a_job_that_never_ends_is_given_up(x, open_source):
    x.job_seconds = 10_000.0
    with pytest.raises(TransientError, match="longer"):
        recheck(open_source(x, compliance_wait_seconds=20), ["1"])
    assert sum(x.clock.slept) <= 25


@pytest.mark.parametrize("status", ["failed", "expired"])
def test_a_job_that_ends_badly_is_transient(x, open_source, status):
    x.faults.add(Fault("GET /2/compliance/jobs/*", reply=Reply(200, {"data": {"id": "1", "status": status}})))
    with pytest.raises(TransientError, match=status):
        recheck(open_source(x), ["1"])


@pytest.mark.parametrize("content", ["{", "[]\n", '{"action": "delete"}\n', b"\xff\xff", '{"id": "1"}\n{"id": '])
def test_results_that_cannot_be_read_delete_nothing(x, open_source, content):
    x.faults.add(Fault("GET /storage/*", reply=Reply(200, content)))
    with pytest.raises(TransientError, match="results"):
        recheck(open_source(x), ["1"])


def test_ids_that_were_not_asked_for_are_not_deleted(x, open_source):
    lines = "".join(json.dumps({"id": one, "action": "delete", "reason": "deleted"}) + "\n" for one in ("1", "2"))
    x.faults.add(Fault("GET /storage/*", reply=Reply(200, lines)))
    assert [record.key for record in recheck(open_source(x), ["2", "3"])] == ["2"]


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": {"status": "created"}}, {"data": {"id": "9"}}])
def test_answers_that_are_no_job_are_transient(x, open_source, body):
    x.faults.add(Fault("POST /2/compliance/jobs", reply=Reply(200, body)))
    with pytest.raises(TransientError):
        recheck(open_source(x), ["1"])


def test_an_app_without_access_to_compliance_says_so(x, open_source):
    body = {"title": "Client Forbidden", "type": "https://api.twitter.com/2/problems/client-forbidden"}
    x.faults.add(Fault("GET /2/compliance/jobs", reply=Reply(403, body)))
    with pytest.raises(AuthError):
        recheck(open_source(x), ["1"])
