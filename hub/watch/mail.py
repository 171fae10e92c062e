"""E-mail: a notice goes to people by a mail server, encrypted, or not at all."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from hub.errors import AuthError, ConfigError, TransientError
from hub.watch.notice import Notice

_TIMEOUT = 20


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server, and who gets mail.

    Args:
        host: the server.
        port: its port.
        security: ``starttls``, ``tls`` from the first byte, or ``none``.
        certificates: PEM file of those it must descend from; None: those that the system trusts.
        login: user and password; None: nobody logs in.
        sender: the address that mails come from.
        to: the addresses that they go to.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    certificates: Path | None
    login: tuple[str, str] | None
    sender: str
    to: Sequence[str]

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return "email"

    def send(self, notice: Notice) -> None:
        """This sends a notice; raises ConfigError, AuthError or TransientError."""
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = notice.title, self.sender, ", ".join(self.to)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text + "\n")
        try:
            server = self._connect()
            try:
                if self.login is not None:
                    server.login(*self.login)
                server.send_message(message)
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
            raise AuthError(
                f"email: {self.host} takes no login or no encryption ({type(error).__name__}).",
                fix="Check alerts.email in hub.yaml.",
            ) from None
        except ssl.SSLError as error:
            raise ConfigError(
                f"email: {self.host} shows a certificate that is not trusted ({error.reason}).",
                fix="Check alerts.email.host and alerts.email.certificates in hub.yaml.",
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise TransientError(f"email: {self.host} did not take the notice ({type(error).__name__}).") from None

    def _connect(self) -> smtplib.SMTP:
        if self.security == "none":
            return smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT)
        context = self._context()
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT, context=context)
        with ExitStack() as unless_encrypted:
            server = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT)
            unless_encrypted.callback(server.close)
            server.starttls(context=context)
            unless_encrypted.pop_all()
        return server

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=str(self.certificates) if self.certificates else None)
        except (OSError, ValueError):
            raise ConfigError(
                f"{self.certificates}: no certificates can be read here.", fix="Name a PEM file."
            ) from None
