"""What a notice says outside the pages: by the templates of ``layouts/emails`` where there are some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from jimu.definitions.kinds.email import EmailDef
from jimu.fieldtypes.ids import encode_id
from jimu.flows.actions.notices import template_in
from jimu.flows.approvals.mail_links import LABELS, links_for, page_for
from jimu.flows.notices.channels import Envelope
from jimu.flows.notices.settings import EVERY, kind_of
from jimu.formulas import evaluate
from jimu.formulas.formula import Formula
from jimu.messages import Message, Translator
from jimu.records import Context
from jimu.records.environment import build_environment
from jimu.translation import translator

DIGEST_SUBJECT = Message("Notices of the day: {count}")


def letter(notice: Mapping[str, Any], person: Mapping[str, Any], key: str, context: Context) -> Envelope:
    """The message about one notification, in its reader's language."""
    language = language_of(person, context)
    template = _template(kind_of(notice.get("reason")), context)
    subject, text = notice.get("subject") or "", notice.get("text") or ""
    if template is not None:
        values = {**notice, "reader": person.get("name")}
        subject = _fill(template.subject, language, values, context) or subject
        text = _fill(template.body, language, values, context) or text
    url = _url(notice, context)
    found = Envelope(key, "", subject, text, url)
    links = links_for(notice, person["id"], context)
    return _to_decide(found, links, translator(language)) if links else found


def _to_decide(letter: Envelope, links: Mapping[str, str], say: Translator) -> Envelope:
    """The same with the ways to decide: the page behind them asks once more, so that nothing is decided by opening."""
    ways = [(address, LABELS[answer].render(say)) for answer, address in links.items()]
    lines = [letter.text, *(f"{label}: {address}" for address, label in ways)]
    words = "".join(f"<p>{escape(line)}</p>" for line in (letter.subject, *letter.text.splitlines()) if line)
    buttons = " &nbsp; ".join(f'<a href="{escape(address)}">{escape(label)}</a>' for address, label in ways)
    last = f'<p><a href="{escape(letter.url)}">{escape(letter.url)}</a></p>' if letter.url else ""
    return replace(letter, text="\n\n".join(filter(None, lines)), html=f"{words}<p>{buttons}</p>{last}")


def digest_letter(
    notices: Sequence[Mapping[str, Any]], person: Mapping[str, Any], key: str, context: Context
) -> Envelope:
    """The message about a day's notifications."""
    say = translator(language_of(person, context))
    subject = Message(DIGEST_SUBJECT.template, {"count": len(notices)}).render(say)
    lines = [f"· {n['subject']}" + (f"\n  {url}" if (url := _url(n, context)) else "") for n in notices]
    return Envelope(key, "", subject, "\n".join(lines), _base(context))


def language_of(person: Mapping[str, Any], context: Context) -> str:
    return person.get("language") or context.manifest.workspace.locale


def _template(kind: str, context: Context) -> EmailDef | None:
    templates = context.manifest.all("email")
    found = next((t for t in templates.values() if t.notice == kind), None)
    return found or next((t for t in templates.values() if t.notice == EVERY), None)


def _fill(texts: Mapping[str, Formula], language: str, values: Mapping[str, Any], context: Context) -> str:
    template = template_in(language, texts)
    if template is None:
        return ""
    return str(evaluate(template, lambda path: values.get(path[0]), build_environment(context)) or "")


def _url(notice: Mapping[str, Any], context: Context) -> str:
    base, record = _base(context), notice.get("record")
    if base and (page := page_for(notice, context)):
        return f"{base}{page}"
    return f"{base}/r/{encode_id(record)}" if base and record else ""


def _base(context: Context) -> str:
    return str(context.settings.get("public_url") or "").rstrip("/")
