"""Slack, or whatever takes its format: a notice is posted to an incoming webhook."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import requests

from hub.errors import AuthError, ConfigError, HubError, TransientError
from hub.transport import LOOPBACK, Route, TransportLimits, prepare_session
from hub.watch.notice import Notice

_LIMITS = TransportLimits(
    connect_timeout=5, read_timeout=15, answer_timeout=20, retries=3, max_wait=30, max_response_bytes=1 << 16
)
_REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAUTHORIZED}
_FIX = "Check alerts.slack.webhook in hub.yaml; make a new webhook where Slack has withdrawn it."


@dataclass(frozen=True, slots=True)
class Slack:
    """A channel.

    Args:
        webhook: the webhook's address; a secret, which no error names.
        host: the only host that is called.
        pause: how to wait.
    """

    webhook: str
    host: str
    pause: Callable[[float], None] = time.sleep

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return "slack"

    def send(self, notice: Notice) -> None:
        """This posts a notice; raises ConfigError, AuthError or TransientError, none of which holds the address."""
        origin = self._origin()
        session = prepare_session(Route(origin, origin), limits=_LIMITS, pause=self.pause).session
        body = {"text": f"*{_escaped(notice.title)}*\n```{_escaped(notice.text)}```"}
        with session:
            try:
                answer = session.post(self.webhook, json=body, allow_redirects=False)
            except requests.RequestException as error:
                raise TransientError(f"slack: {self.host} does not answer ({type(error).__name__}).") from None
        if answer.status_code != HTTPStatus.OK:
            raise _refusal(answer.status_code)

    def _origin(self) -> str:
        parts = urlsplit(self.webhook)
        if parts.hostname != self.host or not _is_safe(parts.scheme, parts.hostname):
            raise ConfigError(f"alerts.slack.webhook: this is no https address of {self.host}.", fix=_FIX)
        return f"{parts.scheme}://{parts.netloc}"


def _is_safe(scheme: str, host: str | None) -> bool:
    return scheme == "https" or (scheme == "http" and host in LOOPBACK)


def _refusal(status: int) -> HubError:
    if status in _REFUSED:
        return AuthError(f"slack: the webhook was refused (status {status}).", fix=_FIX)
    return TransientError(f"slack: the notice was not taken (status {status}).")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
