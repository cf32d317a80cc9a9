"""Texts that name records of other objects -> their ids, for a whole batch at once.

A text may be the record's 13-character id, the value of the field that the mapping names (``match``), or, without
one, the value of a unique text field or the title. Only records that the actor may read are found: to others a
hidden record and a missing one look alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jimu.access.rules import record_filter
from jimu.definitions.manifest import Manifest
from jimu.definitions.model import FieldDef, ObjectDef
from jimu.fieldtypes.errors import FieldError
from jimu.fieldtypes.ids import decode_id
from jimu.fieldtypes.kinds import Kind
from jimu.messages import Message
from jimu.records import Context
from jimu.storage.transaction import Transaction

CACHE = 200_000
"""Texts remembered for each lookup field; beyond it the memory is emptied, so that a long file costs no more."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which record of ``objects`` a text names; ``match`` is the field it is the value of (None: any that can name
    one).
    """

    objects: tuple[str, ...]
    match: str | None = None


class Lookups:
    """Resolves texts and remembers the answers. One instance belongs to one run."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[Question, dict[str, int]] = {}

    def remember(self, question: Question, text: str, id: int) -> None:
        """A record that was made under this text."""
        self._known.setdefault(question, {})[text] = id

    def forget(self) -> None:
        """What was made in a transaction that came to nothing must be asked for again."""
        self._known.clear()

    def resolve(
        self, question: Question, texts: Iterable[str], transaction: Transaction
    ) -> dict[str, int | FieldError]:
        """Text -> id, or what is wrong: ``unknown_reference`` or ``ambiguous_reference``. Unknown texts are not
        remembered.
        """
        known = self._known.setdefault(question, {})
        if len(known) > CACHE:
            known.clear()
        wanted = dict.fromkeys(texts)
        answers: dict[str, int | FieldError] = {t: known[t] for t in wanted if t in known}
        missing = [t for t in wanted if t not in answers]
        for object in question.objects:
            found = _find(self._context, transaction, object, question.match, [t for t in missing if t not in answers])
            answers.update(found)
        for text in missing:
            answer = answers.get(text)
            if isinstance(answer, int):
                known[text] = answer
            elif answer is None:
                answers[text] = FieldError("unknown_reference", _unknown(self._context.manifest, question, text))
        return answers


def question_for(field: FieldDef, match: str | None, manifest: Manifest) -> Question:
    """What to ask for texts in ``field``; a lookup that may point at any object asks them all."""
    objects = field.target or tuple(o.name for o in manifest.objects.values() if not o.retired)
    return Question(objects, match)


def naming_field(question: Question, manifest: Manifest) -> str | None:
    """The field that a new record gets a text in by which it was looked for; None: there is none that could."""
    object = manifest.object(question.objects[0])
    if question.match == "id":
        return None
    name = question.match if question.match not in (None, "title") else plain_title(object)
    field = object.fields.get(name or "")
    return field.name if field is not None and field.kind is Kind.TEXT and not field.is_computed else None


def plain_title(object: ObjectDef) -> str:
    """The field that alone makes the title."""
    source = object.title_source.strip()
    return source[1:-1] if source.startswith("{") and source.endswith("}") and source[1:-1].isidentifier() else ""


def match_fields(object: ObjectDef) -> list[str]:
    """The fields whose value can name a record of ``object``: unique texts, then the title."""
    unique = [
        f.name
        for f in object.active_fields
        if f.kind is Kind.TEXT
        and not f.system
        and (f.unique or (f.name,) in object.uniques)
        and not (f.formula is not None and not f.stored)
    ]
    numbered = [f.name for f in object.active_fields if f.type == "autonumber" and f.name not in unique]
    return [*unique, *numbered, "title"]


def _find(
    context: Context, transaction: Transaction, object: str, match: str | None, texts: Sequence[str]
) -> dict[str, int | FieldError]:
    if not texts:
        return {}
    definition = context.manifest.object(object)
    answers: dict[str, int | FieldError] = (
        dict(_by_id(context, transaction, object, texts)) if match in (None, "id") else {}
    )
    for field in () if match == "id" else (match,) if match else match_fields(definition):
        for ignore_case in (False, True):
            asked = [t for t in texts if t not in answers]
            if not asked:
                return answers
            found = transaction.find_ids(object, field, asked, ignore_case=ignore_case)
            readable = _readable(context, transaction, object, [id for ids in found.values() for id in ids])
            for text, ids in found.items():
                ids = [id for id in ids if id in readable]
                if len(ids) == 1:
                    answers[text] = ids[0]
                elif ids:
                    answers[text] = FieldError(
                        "ambiguous_reference",
                        Message(
                            "“{text}” names {count} records of {object}.",
                            {"text": text, "count": len(ids), "object": definition.plural},
                        ),
                    )
    return answers


def _by_id(context: Context, transaction: Transaction, object: str, texts: Sequence[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for text in texts:
        if len(text) == 13:
            try:
                ids[text] = decode_id(text)
            except ValueError:
                continue
    if not ids:
        return {}
    alive = {
        id for id, title in transaction.titles(ids.values()).items() if title.object == object and not title.deleted
    }
    readable = _readable(context, transaction, object, [id for id in ids.values() if id in alive])
    return {text: id for text, id in ids.items() if id in readable}


def _readable(context: Context, transaction: Transaction, object: str, ids: Sequence[int]) -> set[int]:
    if not ids or context.actor.is_system:
        return set(ids)
    return transaction.matching(
        object, ids, record_filter(context.actor, context.manifest, object, "read"), deleted="alive"
    )


def _unknown(manifest: Manifest, question: Question, text: str) -> Message:
    if len(question.objects) == 1:
        return Message(
            "There is no {object} called “{text}”.",
            {"object": manifest.object(question.objects[0]).label, "text": text},
        )
    return Message("There is no record called “{text}”.", {"text": text})
