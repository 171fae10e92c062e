"""The login: how a connection gets a session token."""

from html import escape
from typing import Any

import requests
from simple_salesforce.login import SalesforceLogin

from hub.contract import AuthError, TransientError
from hub_salesforce.config import SalesforceConfig
from hub_salesforce.refusal import refused_login, translated


class Login:
    """This gets session tokens, one request a call, and never by itself a second one.

    OAuth tokens come from the org's own address, so one pinned host is enough.

    Args:
        config: the connection's settings.
        session: the prepared session.
    """

    def __init__(self, config: SalesforceConfig, session: requests.Session) -> None:
        self._config = config
        self._session = session

    @property
    def renewable(self) -> bool:
        """Whether a new token can be had when one expires."""
        return self._config.session_token is None

    def token(self) -> str:
        """This is a fresh token; raises AuthError, ThrottledError or TransientError."""
        if self._config.session_token is not None:
            return self._config.session_token.get_secret_value()
        return self._oauth() if self._config.consumer_key is not None else self._soap()

    def _oauth(self) -> str:
        with translated():
            answer = self._session.post(f"{self._config.instance_url}/services/oauth2/token", data=self._grant())
            if answer.status_code >= 500:
                raise TransientError(f"Salesforce's login failed with HTTP {answer.status_code}.")
            body = _json(answer)
        if answer.status_code != 200:
            raise refused_login("LOGIN_RATE_EXCEEDED" if answer.status_code == 429 else body.get("error"))
        token = body.get("access_token")
        if not isinstance(token, str) or not token:
            raise AuthError("Salesforce's login answered without a token.", fix="Check the connected app's settings.")
        # The answer's instance_url is not followed: calls stay on the configured, pinned address.
        return token

    def _grant(self) -> dict[str, str]:
        config = self._config
        grant = {"grant_type": "client_credentials", "client_id": config.consumer_key or ""}
        if config.consumer_secret is not None:
            grant["client_secret"] = config.consumer_secret.get_secret_value()
        if config.username is not None and config.password is not None:
            suffix = config.security_token.get_secret_value() if config.security_token else ""
            grant |= {
                "grant_type": "password", "username": config.username,
                "password": config.password.get_secret_value() + suffix,
            }  # fmt: skip
        return grant

    def _soap(self) -> str:
        config = self._config
        if config.password is None or config.security_token is None:  # the settings model has checked it
            raise AuthError("a user-name login needs a password and a security token.")
        with translated():
            token, _ = SalesforceLogin(
                username=config.username,
                password=config.password.get_secret_value(),
                # simple-salesforce escapes the password for XML, but not this.
                security_token=escape(config.security_token.get_secret_value()),
                domain=config.login_domain,
                sf_version=config.api_version,
                session=self._session,
                proxies={},
            )
        return str(token)


def _json(answer: requests.Response) -> dict[str, Any]:
    body = answer.json()
    if not isinstance(body, dict) and answer.status_code == 200:
        raise TransientError("Salesforce's login answered with something that is not a JSON object.")
    return body if isinstance(body, dict) else {}
