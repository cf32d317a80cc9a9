"""Every code that a diagnostic of a configuration can have, with what it means; docs/reference/diagnostics.md is made
from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from jimu.formulas.problems import CODES as FORMULA_CODES

DEFINITION_CODES: Mapping[str, str] = {
    # reading
    "yaml_syntax": "The file is not YAML.",
    "yaml_encoding": "The file is not in UTF-8.",
    "yaml_tag": "A tag such as `!!python/…` stands in the file.",
    "yaml_key": "A key is a list or a mapping.",
    "yaml_too_large": "The file is larger than is read, or grows too large by its aliases.",
    "yaml_too_deep": "Values are nested deeper than is read.",
    "duplicate_key": "A key is written twice in one mapping.",
    # shape
    "wrong_type": "A value, or the result of a formula, is of another type than is needed there.",
    "unknown_key": "The kind of definition, or the field's type, has no such key.",
    "missing_key": "A key that must be written is not.",
    "bad_value": "The value is not among those allowed, or beyond a limit.",
    "bad_name": "A name, path or code is not written as it must be.",
    "unknown_type": "There is no field type of this name.",
    "bad_bounds": "A lower limit is above the upper one.",
    "bad_pattern": "A regular expression, or the pattern of an automatic number, cannot be used.",
    "missing_field": "A roll-up other than count does not say of which field.",
    "too_many_fields": "An object has more fields than a table can have columns.",
    "unknown_currency": "There is no currency of this code.",
    "duplicate_option": "A picklist has the same option twice.",
    # layers
    "no_workspace": "The folder is no workspace.",
    "stray_folder": "A folder is named nearly like one that is read (`object/`); nothing reads it. A warning.",
    "stray_file": "A YAML file lies where no kind of definition is read. A warning.",
    "dangling_link": "A symbolic link among the definitions leads nowhere.",
    "unknown_base": "What `extends` names is not there.",
    "duplicate_name": "Two definitions of one kind have the same name in one layer, or two checks of an object.",
    "list_needs_word": "An overlay writes a list where the base has one, without a word such as append or replace.",
    "unknown_item": "An overlay removes or retires an item that the base's list does not have.",
    # names
    "unknown_object": "There is no object of this name.",
    "unknown_field": "The object has no field of this name.",
    "unknown_option_list": "There is no option list of this name.",
    "unknown_option": "The picklist has no such option.",
    "unknown_list": "There is no list layout of this name.",
    "unknown_page": "The object has no page layout of this name.",
    "unknown_role": "There is no role of this name.",
    "unknown_time_zone": "There is no time zone of this name.",
    "reserved_name": "The name belongs to the engine or the formula language.",
    "name_taken": "A money or address field brings a field along whose name is taken.",
    "retired_field": "Something in use names a retired field.",
    "retired_object": "Something in use names a retired object.",
    "was_taken": "`was` names what exists under that name today.",
    "locale_not_offered": "The workspace's language is not among its languages.",
    # fields
    "bad_default": "The default is not a value of the field's type.",
    "default_of_computed": "A computed field has a default.",
    "filter_target": "A lookup filter stands on a field that points at more than one object.",
    "no_controller": "Options depend on a field, but it is not said on which.",
    "controller_type": "The controlling field has no options.",
    "depends_cycle": "Picklists depend on each other in a circle.",
    "formula_cycle": "Formula fields or roll-ups need each other in a circle.",
    "prior_in_field": "A formula field asks for earlier values.",
    "not_in_sql": "A formula field calls a function that the database cannot compute.",
    "rollup_lookup": "The roll-up goes over a field that does not point at its object.",
    "rollup_function": "The roll-up's function cannot be computed over that field.",
    "rollup_not_own": "A roll-up reads what the rolled-up records do not store themselves.",
    "not_a_lookup": "A path goes on behind a field that points at no one object.",
    # objects
    "not_a_column": "A unique key or index names a field without a column that can be compared.",
    "not_summable": "A field marked as summed is no number in a column.",
    "sparse_key": "A sparse field is to be unique or summed.",
    "sparse_type": "A field that points at records or is computed is to be sparse.",
    "on_delete": "A required lookup is to be emptied when what it points at is deleted.",
    "two_parents": "An object has more than one parent field.",
    "no_parent": "An object belongs to its parent and has none.",
    "parent_cycle": "Objects are each other's parents.",
    # layouts and roles
    "related_field": "A related list goes over a field that does not point at the page's object.",
    "not_sortable": "A list is sorted or grouped by a field that has no order.",
    "too_far": "A condition reads over more lookups than it may where it stands.",
    "grid_parent": "A grid of records whose field that points here is no parent.",
    "grid_number": "A grid is ordered or added up by a field that is no fitting number.",
    "empty_item": "A menu entry opens nothing.",
    "list_object": "A menu entry names an object and a list of another one.",
    "fields_of_every": "A role names fields under `*`.",
    # further kinds
    "no_hours": "A business calendar has no working hours.",
    "bad_hours": "Working hours are not written like `9:00-18:00`.",
    "hours_overlap": "Working hours of one day overlap or are out of order.",
    "bad_day": "A day is not written like `2026-10-01`.",
    "duplicate_day": "A calendar names a day twice.",
    "far_from_user": "A condition on people reads more than the user's own record.",
    "not_poolable": "A pool is of an object whose records cannot be without an owner, or a rule assigns what has none.",
    "not_settable": "A field that is computed or kept by the engine is to be set.",
    "not_a_day": "Days are counted from a field that is neither a day nor a moment.",
    "assignment_key": "An assignment rule lacks a key that its way of choosing needs.",
    "nobody_to_assign": "An assignment rule does not say to whom.",
    "unknown_pool": "There is no pool of this name for the object.",
    "not_shareable": "A sharing rule names an object whose records follow another one, or the engine's own.",
    "not_a_user": "A sharing rule names a field that does not point at users.",
    "not_inheritable": "Access is inherited over a field that points at no one record of one object.",
    "inherits_cycle": "Objects inherit access from each other in a circle.",
    # plugins
    "unknown_plugin": "There is no plugin of this name.",
    "bad_plugin": "The plugin's description or hooks are wrong, or it brings a name that is taken.",
    "plugin_version": "The plugin was made for another version of the engine.",
    "broken_plugin": "The plugin's code failed.",
    # tidiness
    "label_missing": "A label has no text in a language of the workspace (`jimu validate --strict`).",
}

CODES: Mapping[str, str] = {
    **{code: meaning[:1].upper() + meaning[1:].rstrip(".") + "." for code, meaning in FORMULA_CODES.items()},
    **DEFINITION_CODES,
}
