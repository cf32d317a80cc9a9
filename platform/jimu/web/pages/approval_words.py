"""What states, reasons and events of approvals are called."""

from __future__ import annotations

from collections.abc import Mapping

from jimu.messages import Message

BOX_LABELS: Mapping[str, Message] = {
    "pending": Message("To decide"),
    "done": Message("Decided"),
    "copies": Message("Copies"),
    "mine": Message("Asked by me"),
}
STATES: Mapping[str, tuple[Message, str]] = {
    "draft": (Message("Draft"), "gray"),
    "running": (Message("Running"), "blue"),
    "returned": (Message("Returned"), "orange"),
    "suspended": (Message("Suspended"), "gray"),
    "error": (Message("Stuck"), "red"),
    "approved": (Message("Approved"), "green"),
    "rejected": (Message("Rejected"), "red"),
    "withdrawn": (Message("Withdrawn"), "gray"),
    "terminated": (Message("Ended by an administrator"), "gray"),
    "expired": (Message("Expired"), "gray"),
    "revoked": (Message("Revoked"), "purple"),
}
TASK_STATES: Mapping[str, tuple[Message, str]] = {
    "waiting": (Message("Not yet asked"), "gray"),
    "pending": (Message("To decide"), "blue"),
    "delegated": (Message("Asked for an opinion"), "azure"),
    "approved": (Message("Approved"), "green"),
    "rejected": (Message("Rejected"), "red"),
    "returned": (Message("Returned"), "orange"),
    "transferred": (Message("Handed on"), "gray"),
    "cancelled": (Message("No longer needed"), "gray"),
    "auto_passed": (Message("Passed by itself"), "green"),
    "auto_rejected": (Message("Rejected by itself"), "red"),
    "expired": (Message("Time ran out"), "gray"),
    "done": (Message("Done"), "green"),
}
REASONS: Mapping[str, Message] = {
    "decided-by-other": Message("somebody else decided"),
    "node-rejected": Message("the step was rejected"),
    "returned-past": Message("it was returned"),
    "withdrawn": Message("it was withdrawn"),
    "removed": Message("taken away"),
    "duplicate": Message("approved already"),
    "self": Message("who asks does not decide"),
    "empty": Message("nobody to ask"),
    "timeout": Message("time ran out"),
    "admin": Message("by an administrator"),
    "reclaimed": Message("taken back"),
    "branch-cancelled": Message("another branch decided"),
    "left": Message("has left"),
    "ended": Message("it ended"),
    "delegated": Message("an opinion was asked"),
    "kept": Message("kept"),
    "taken": Message("somebody else took it"),
    "voided": Message("a change made it void"),
}
ENTRIES: Mapping[str, Message] = {
    "submitted": Message("asked for approval"),
    "resubmitted": Message("handed it in again"),
    "restarted": Message("started it again"),
    "approve": Message("approved"),
    "reject": Message("rejected"),
    "done": Message("said that it is done"),
    "return": Message("returned it"),
    "transfer": Message("handed it on"),
    "delegate": Message("asked for an opinion"),
    "opinion": Message("gave an opinion"),
    "recall": Message("took back what was delegated"),
    "add": Message("added people"),
    "remove": Message("took somebody away"),
    "reclaim": Message("took the decision back"),
    "claim": Message("took it on"),
    "unclaim": Message("gave it back"),
    "reassign": Message("gave it to somebody else"),
    "withdrawn": Message("withdrew it"),
    "urge": Message("reminded"),
    "reminded": Message("reminded"),
    "comment": Message("said"),
    "copied": Message("sent copies"),
    "jump": Message("went to a step"),
    "terminate": Message("ended it"),
    "suspend": Message("stopped it for a while"),
    "continue": Message("let it go on"),
    "repair": Message("tried again what failed"),
    "migrate": Message("moved it to a newer version of the flow"),
    "revoked": Message("revoked it"),
    "signal": Message("told what was waited for"),
    "branch": Message("took a branch"),
    "asked": Message("asked"),
    "empty": Message("found nobody to ask"),
    "passed": Message("passed the step by itself"),
    "replaced": Message("asked somebody else instead"),
    "rejected_at": Message("ended the step as rejected"),
    "returned_to_submitter": Message("gave it back to whoever asked"),
    "voided": Message("changed what approvals rest on; they are void"),
    "restored": Message("took the change back"),
    "route_changed": Message("chose another way"),
    "timeout": Message("noted that time ran out"),
    "time_passed": Message("went on after waiting"),
    "child_ended": Message("heard from another approval"),
    "error": Message("got stuck"),
    "ended": Message("brought it to its end"),
}
WAYS: Mapping[str, Message] = {"email": Message("by e-mail link")}
# Bookkeeping: what follows from the entries beside it.
UNTOLD = frozenset({"task_closed", "entered", "left", "agents", "children", "actions_done", "split"})
SOMEBODY_OF = Message("somebody of {pool}")
