"""Advice on indexes: what was asked often, whether an index serves it, and the YAML that would make one.

Works from what the servers observed (``storage.observed``), which holds names of fields and no value. For those who
look after the system; whose rights led to a question plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from jimu.definitions.manifest import Manifest
from jimu.definitions.model import ObjectDef
from jimu.messages import Message, Translator
from jimu.records.schema import can_index
from jimu.storage import Store
from jimu.storage.index_advice import Explained, IndexAdvisor, best_columns, is_of_use
from jimu.storage.observed import QuestionShape
from jimu.storage.observed_rows import ObservedQuestion, list_observed

FEW = 1000  # records that are read as fast without an index

Columns = tuple[str, ...]

_SERVED = Message("The index over {columns} serves it.")
_KEY = Message("The primary key serves it.")
_FEW = Message("There are so few records that no index helps.")
_ADVISED = Message("No index serves it; one over {columns} would.")
_PARTLY = Message("The index over {there} finds a part of it; one over {columns} would serve the whole.")
_NOTHING = Message("Its conditions are over lookups or computed when read, which no index of this object helps.")
_UNFIT = Message("No index can be made over {fields}: computed when read, or of a kind that has no order.")
_TRIED = Message("tried on an empty copy of the tables: the database takes the index")
_REFUSED = Message("tried on an empty copy of the tables: the database would not take the index")
_ESTIMATED = Message("an estimate: this database plans by what is in the tables")


@dataclass(frozen=True, slots=True)
class Advice:
    """What is to be said of one shape. ``verdict``: served, few, advised or no_index. ``columns``: those of the index
    that serves it or would. ``now`` and ``then``: the plan of the database without and with it.
    """

    question: ObservedQuestion
    records: int
    verdict: str
    message: Message
    columns: Columns = ()
    file: str = ""
    now: Explained | None = None
    then: Explained | None = None
    effect: Message | None = None

    def dump(self, translate: Translator | None = None) -> dict[str, Any]:
        shape, seen = self.question.shape, self.question.seen
        return {
            "object": shape.object,
            "kind": shape.kind,
            "equal": list(shape.equal),
            "ranges": list(shape.ranges),
            "sort": list(shape.sort),
            "groups": list(shape.groups),
            "joins": shape.joins,
            "other": shape.other,
            "seen": seen,
            "mean_ms": round(self.question.spent / seen / 1000, 2),
            "worst_ms": round(self.question.worst / 1000, 2),
            "records": self.records,
            "verdict": self.verdict,
            "message": self.message.render(translate),
            "columns": list(self.columns),
            "file": self.file,
            "plan": list(self.now.steps) if self.now else None,
            "plan_then": list(self.then.steps) if self.then else None,
            "effect": self.effect.render(translate) if self.effect else None,
        }


@dataclass(frozen=True, slots=True)
class Unused:
    """A declared index that nothing was seen to use. ``scans``: by the database's own count, where it keeps one."""

    object: str
    columns: Columns
    file: str
    scans: int | None

    def dump(self) -> dict[str, Any]:
        return {"object": self.object, "columns": list(self.columns), "file": self.file, "scans": self.scans}


@dataclass(frozen=True, slots=True)
class IndexReport:
    """``lines``: (file, line of YAML) that makes all indexes advised."""

    advice: tuple[Advice, ...]
    unused: tuple[Unused, ...]
    lines: tuple[tuple[str, str], ...]


def advise(store: Store, manifest: Manifest, least: int) -> IndexReport:
    """Advice on every shape that was asked at least ``least`` times; what took most time in all comes first."""
    observed = [o for o in list_observed(store.database) if _is_known(o.shape, manifest)]
    advisor = IndexAdvisor(store)
    hot = [o for o in observed if o.seen >= least]
    counts = {object: advisor.count(object) for object in {o.shape.object for o in hot}}
    advice = tuple(_advice(o, counts[o.shape.object], advisor, store, manifest) for o in hot)
    unused = tuple(_unused(manifest, advisor, [o.shape for o in observed]))
    return IndexReport(advice, unused, tuple(_lines(manifest, advice)))


def _is_known(shape: QuestionShape, manifest: Manifest) -> bool:
    """Whether the configuration in force still has what the shape names."""
    object = manifest.objects.get(shape.object)
    return object is not None and not object.retired and shape.fields <= {f.name for f in object.active_fields}


def _advice(
    question: ObservedQuestion, records: int, advisor: IndexAdvisor, store: Store, manifest: Manifest
) -> Advice:
    shape = question.shape
    serving = advisor.serving(shape)
    if serving is not None:
        message = replace(_SERVED, params={"columns": serving}) if serving else _KEY
        return Advice(question, records, "served", message, serving)
    if records < FEW:
        return Advice(question, records, "few", _FEW)
    columns = store.schema.tables[shape.object].columns
    unfit = [n for n in best_columns(shape) if not can_index(columns.get(n.lstrip("-")))]
    if unfit or not best_columns(shape):
        return Advice(question, records, "no_index", replace(_UNFIT, params={"fields": unfit}) if unfit else _NOTHING)
    return _with_proof(question, records, advisor, manifest.objects[shape.object])


def _with_proof(question: ObservedQuestion, records: int, advisor: IndexAdvisor, object: ObjectDef) -> Advice:
    wanted, there = best_columns(question.shape), advisor.helping(question.shape)
    message = replace(_PARTLY if there else _ADVISED, params={"columns": wanted, "there": there or ()})
    now, then = advisor.explain(question.shape), advisor.explain_with(question.shape, wanted)
    effect = _ESTIMATED if then is None else _REFUSED if now is not None and then.steps == now.steps else _TRIED
    return Advice(question, records, "advised", message, wanted, _file(object), now, then, effect)


def _unused(manifest: Manifest, advisor: IndexAdvisor, shapes: list[QuestionShape]) -> Iterator[Unused]:
    """Of objects of which something was asked at all; where the database counts its own use, that decides."""
    for object in manifest.objects.values():
        own = [shape for shape in shapes if shape.object == object.name]
        for columns in _declared(object) if own and not object.retired else ():
            scans = advisor.scans(object.name, columns)
            if not any(is_of_use(columns, shape) for shape in own) if scans is None else scans == 0:
                yield Unused(object.name, columns, _file(object), scans)


def _declared(object: ObjectDef) -> Iterable[Columns]:
    single = ((f.name,) for f in object.active_fields if f.indexed and not f.unique and not f.system)
    return dict.fromkeys([*(tuple(index) for index in object.indexes), *single])


def _lines(manifest: Manifest, advice: Iterable[Advice]) -> Iterator[tuple[str, str]]:
    """One line per object: what it declares and what is advised, without those that begin another."""
    wanted: dict[str, dict[Columns, None]] = {}
    for found in advice:
        if found.verdict == "advised":
            wanted.setdefault(found.question.shape.object, {})[found.columns] = None
    for name, columns in wanted.items():
        object = manifest.objects[name]
        whole = [c for c in columns if not any(o != c and o[: len(c)] == c for o in columns)]
        yield _file(object), yaml_line(object, whole)


def yaml_line(object: ObjectDef, columns: Iterable[Columns]) -> str:
    """The line for the object's file; an object of another layer is only added to."""
    listed = [tuple(index) for index in object.indexes] if _is_own(object) else []
    text = ", ".join(f"[{', '.join(c)}]" for c in (*listed, *columns))
    return f"indexes: [{text}]" if _is_own(object) else f"indexes: {{append: [{text}]}}"


def _is_own(object: ObjectDef) -> bool:
    """Whether the object is defined in the workspace's own folder, and not by a layer below it."""
    return object.source.file.startswith("objects/")


def _file(object: ObjectDef) -> str:
    return object.source.file if _is_own(object) else f"objects/{object.module}/{object.name}.yaml"
