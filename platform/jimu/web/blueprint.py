"""The blueprint: which views stand at which addresses, and what happens around each request."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from jimu.errors import Unauthenticated
from jimu.messages import Message
from jimu.runtime import Runtime
from jimu.web import errors
from jimu.web.security import note_page_seen, require_allowed_address, require_own_eyes, require_own_form
from jimu.web.views import (
    absences,
    admin,
    app_files,
    approval_asking,
    approval_links,
    approval_print,
    approval_trying,
    approvals,
    bin,
    choices,
    choose_dialogs,
    converting,
    deleting,
    design,
    duplicates,
    field_edit,
    files,
    following,
    form_edit,
    form_new,
    hand_over,
    home,
    imports,
    lines,
    lists,
    mass,
    mass_runs,
    merging,
    merging_many,
    notice_settings,
    oidc,
    own_pages,
    own_records,
    personal,
    pools,
    quick,
    records,
    searching,
    session_again,
    sign_in_step,
    signing_in,
    stages,
    two_factor,
    viewing,
)
from jimu.web.visit import enter

VIEWS = (
    signing_in,
    approval_asking,
    approval_links,
    approval_print,
    approval_trying,
    approvals,
    notice_settings,
    stages,
    sign_in_step,
    oidc,
    two_factor,
    viewing,
    session_again,
    home,
    searching,
    lists,
    mass,
    mass_runs,
    imports,
    hand_over,
    choices,
    choose_dialogs,
    quick,
    form_new,
    form_edit,
    field_edit,
    lines,
    converting,
    merging,
    merging_many,
    personal,
    deleting,
    records,
    absences,
    own_pages,
    own_records,
    following,
    pools,
    bin,
    files,
    app_files,
    design,
    duplicates,
    admin,
)
PUBLIC = frozenset(
    {
        "web.show_login",
        "web.log_in",
        "web.choose_language",
        "web.no_favicon",
        "web.show_icon",
        "web.show_picture",
        "web.show_manifest",
        "web.show_again",
        "web.log_in_again",
        "web.token_now",
        "web.show_welcome",
        "web.welcome",
        "web.show_step",
        "web.take_step",
        "web.begin_provider",
        "web.finish_provider",
        "web.show_decision_link",
        "web.decide_by_link",
    }
)


def build_blueprint(runtime: Runtime) -> Blueprint:
    """The pages as a blueprint named ``web``, to be registered at the root.

    It also guards the pages of plugins (session, tokens of forms) and answers the errors of every address but the
    API's.
    """
    blueprint = Blueprint("web", __name__)

    def begin() -> None:
        """Only people with a session, and only forms of our own."""
        if request.path.startswith(errors.OTHER_FACES):
            return
        g.visit = enter(runtime)
        if request.endpoint is None:
            return
        require_allowed_address(g.visit)
        if request.endpoint not in PUBLIC and not g.visit.is_signed_in:
            raise Unauthenticated(Message("Please log in."))
        require_own_form(g.visit)
        require_own_eyes(g.visit)

    def end(response: Response) -> Response:
        """What was seen with another's eyes is noted."""
        if "visit" in g:
            note_page_seen(g.visit, response)
        return response

    blueprint.before_app_request(begin)
    blueprint.after_app_request(end)
    for module in VIEWS:
        module.register(blueprint)
    errors.register_errors(blueprint)
    return blueprint
