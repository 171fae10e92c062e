"""The console on its own: one token, one exchange, this machine only."""

import os
import re
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
import requests

from tests.console.asking import ask


@pytest.fixture
def standalone(office):
    from hub.console.entrance import make_standalone

    return make_standalone(office, "the-token")


def cookie_of(answer):
    return answer.headers["set-cookie"].partition(";")[0]


def enter(app, token="the-token"):
    return ask(app, "/enter", method="POST", body=f"token={token}".encode())


def test_without_the_cookie_there_is_nothing(standalone):
    for path in ("/", "/runs", "/runs.json", "/failures", "/duties", "/audit"):
        answer = ask(standalone, path)
        assert answer.status == 401 and "zendesk" not in answer.text
    assert ask(standalone, "/", cookie="attune_console=guessed").status == 401


def test_the_token_is_good_for_one_exchange(standalone):
    first = enter(standalone)
    assert first.status == 303 and first.headers["location"] == "/"
    told = first.headers["set-cookie"].lower()
    assert "httponly" in told and "samesite=strict" in told
    assert ask(standalone, "/runs", cookie=cookie_of(first)).status == 200
    again = enter(standalone)
    assert again.status == 403 and "set-cookie" not in again.headers
    assert ask(standalone, "/runs", cookie=cookie_of(first)).status == 200


def test_opening_the_link_uses_nothing_up(standalone):
    for _ in range(3):
        page = ask(standalone, "/enter?token=the-token")
        assert page.status == 200 and "set-cookie" not in page.headers
    assert enter(standalone).status == 303


@pytest.mark.parametrize("token", ["", "wrong", "the-token2", "%F0%9F%98%80"])
def test_another_token_opens_nothing(standalone, token):
    assert enter(standalone, token).status == 403


def test_it_answers_to_this_machines_names_only(standalone):
    entered = cookie_of(enter(standalone))
    assert ask(standalone, "/", cookie=entered, host="rebound.example").status == 400
    assert ask(standalone, "/", cookie=entered, host="localhost:8321").status == 200


def test_it_shows_what_the_deployments_actor_may_see(standalone, story):
    entered = cookie_of(enter(standalone))
    kept = story.config.read_text()
    story.set_roles("{operator: [agent]}")
    try:
        assert ask(standalone, "/runs", cookie=entered).status == 403
    finally:
        story.config.write_text(kept)
    assert ask(standalone, "/runs", cookie=entered).status == 200


def test_the_command_serves_it_and_writes_no_token_into_a_log(story):
    command = [sys.executable, "-m", "hub", "console", "--port", "0", "-c", str(story.config)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
    ) as run:
        try:
            address = run.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/enter\?token=\S+", address), address
            parts = urlsplit(address)
            base = f"http://{parts.netloc}"
            with requests.Session() as session:
                session.trust_env = False
                assert session.get(base, timeout=60).status_code == 401
                assert session.get(address, timeout=60).status_code == 200
                entered = session.post(f"{base}/enter", data={"token": parts.query.partition("=")[2]}, timeout=60)
                assert entered.status_code == 200 and "Overview" in entered.text
                assert session.get(f"{base}/audit.json", timeout=60).json()["entries"] >= 0
        finally:
            run.send_signal(signal.SIGINT)
        rest = run.stdout.read()
    assert "token=" not in rest and "Traceback" not in rest


def test_a_taken_port_is_told(story):
    import socket

    from hub.console.server import serve
    from hub.errors import ConfigError

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="cannot be used"):
            serve(None, taken.getsockname()[1], lambda port: None)
