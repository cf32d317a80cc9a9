"""``Idempotency-Key``: a write sent twice under one key is done once, and answered the same both times.

The answer is kept in the transaction of the write itself, so that there is never one without the other. Failed requests
are not kept: they changed nothing and may be sent again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from flask import Response, request

from jimu.api.answers import Answer, build_response
from jimu.api.call import Call
from jimu.errors import BadRequest, Conflict, Problem
from jimu.messages import Message
from jimu.records import write
from jimu.storage.entries import IdempotentAnswer

HEADER = "Idempotency-Key"
MAX_KEY = 200
_KEPT_HEADERS = ("ETag", "Location")


def run_once(call: Call, perform: Callable[[Call], Answer | Response]) -> Answer | Response:
    """``perform`` inside one transaction with the keeping of its answer; or the answer kept before."""
    key = request.headers.get(HEADER)
    if key is None:
        return perform(call)
    if not key.strip() or len(key) > MAX_KEY or not key.isprintable():
        raise BadRequest(
            Message("The request cannot be understood."),
            [
                Problem(
                    "bad_key",
                    Message("{header} must be 1 to {max} printable characters.", {"header": HEADER, "max": MAX_KEY}),
                    HEADER,
                )
            ],
        )
    scope, digest = _scope(call), _digest()
    with write.unit_of_work(call.context) as context:
        kept = context.transaction.get_answer(scope, key)
        if kept is not None:
            if kept.request_hash != digest:
                raise Conflict(Message("This Idempotency-Key was used for another request."))
            return answered_before(kept)
        answer = perform(replace(call, context=context))
        if isinstance(answer, Answer) and answer.status < 400:
            stored = context.transaction.put_answer(scope, key, to_keep(answer, digest, call))
            if not stored:
                raise Conflict(Message("The same request is being worked on just now."))
        return answer


def answered_before(kept: IdempotentAnswer) -> Response:
    """The first answer, once more."""
    whole = json.loads(kept.body)
    response = build_response(whole["body"].encode(), kept.status, whole["headers"])
    response.headers["Idempotency-Replayed"] = "true"
    return response


def to_keep(answer: Answer, digest: str, call: Call) -> IdempotentAnswer:
    """What is kept of an answer to the request whose content has this ``digest``."""
    headers = {name: value for name, value in answer.headers.items() if name in _KEPT_HEADERS}
    body = json.dumps({"headers": headers, "body": answer.data().decode()}, ensure_ascii=False)
    return IdempotentAnswer(digest, answer.status, body, call.context.clock())


def _scope(call: Call) -> str:
    """Whose keys these are: a token with narrower scopes does not get the answers that a wider one was given."""
    scopes = call.actor.scopes
    if scopes is None:
        return f"api:{call.actor.id}"
    return f"api:{call.actor.id}:{hashlib.sha256(repr(sorted(scopes)).encode()).hexdigest()[:16]}"


def _digest() -> str:
    """What makes two requests the same: method, address and body."""
    parts = (request.method.encode(), request.full_path.encode(), request.get_data(cache=True))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
