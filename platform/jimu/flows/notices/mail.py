"""Mail over SMTP: plain text, and HTML beside it where there is some."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from jimu.messages import Text

if TYPE_CHECKING:
    from jimu.flows.notices.channels import Envelope

_SECONDS = 20


class MailChannel:
    """``url``: smtp://user:password@host:port or smtps://…; ``sender``: an address with or without a name."""

    name = "email"
    label = Text({"en": "E-mail", "zh-CN": "邮件", "zh-TW": "電子郵件"})

    def __init__(self, url: str, sender: str) -> None:
        self.url, self.sender = urlsplit(url), sender

    def address_of(self, user: Mapping[str, Any]) -> str:
        return str(user.get("email") or "")

    def send(self, envelope: Envelope) -> None:
        """Raises OSError and smtplib.SMTPException."""
        with self._connect() as server:
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(self.message(envelope))

    def message(self, envelope: Envelope) -> EmailMessage:
        """The message as it goes out. The same envelope has the same Message-ID, so a mail sent twice shows once."""
        message = EmailMessage(policy.SMTP.clone(cte_type="7bit"))  # not every server takes 8 bits
        message["Subject"] = envelope.subject.replace("\r", " ").replace("\n", " ")
        message["From"] = self.sender
        message["To"] = envelope.to
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        message["Message-ID"] = f"<{envelope.id.replace('/', '.')}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        text = f"{envelope.text}\n\n{envelope.url}".strip() if envelope.url else envelope.text
        message.set_content(text or envelope.subject)
        if envelope.html:
            message.add_alternative(envelope.html, subtype="html")
        return message

    def _connect(self) -> smtplib.SMTP:
        host, secure = self.url.hostname or "localhost", ssl.create_default_context()
        if self.url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, self.url.port or 465, timeout=_SECONDS, context=secure)
        server = smtplib.SMTP(host, self.url.port or 25, timeout=_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=secure)
            server.ehlo()
        return server
