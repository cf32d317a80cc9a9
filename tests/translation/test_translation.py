"""Catalogues, plurals, the choice of a locale and the collecting of templates."""

from pathlib import Path

import pytest

from jimu.messages import Message
from jimu.translation import Catalogue, load_catalogue, negotiate, translator
from jimu.translation.extract import check_literal, collect
from jimu.translation.python_sources import PythonSources
from jimu.translation.update import missing, update


@pytest.mark.parametrize(("header", "locale"), [
    ("zh-TW", "zh-TW"), ("zh-HK,zh;q=0.8", "zh-TW"), ("zh_MO", "zh-TW"), ("zh-Hant", "zh-TW"),
    ("zh-Hant-CN", "zh-TW"), ("zh", "zh-CN"),
    ("zh-SG", "zh-CN"), ("zh-Hans-HK", "zh-CN"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
    ("en-GB,en;q=0.9", "en"), ("fr,zh-TW;q=0.5,en;q=0.4", "zh-TW"), ("en;q=0.3,zh-CN;q=0.9", "zh-CN"),
    ("*", "en"), ("", "en"), (None, "en"), ("xx;q=oops, zh", "zh-CN"), ("zh-CN;q=0, en", "en"),
])
def test_a_reader_gets_the_nearest_locale(header: str | None, locale: str) -> None:
    assert negotiate(header) == locale


def test_the_only_chinese_script_serves_every_chinese_reader() -> None:
    assert negotiate("zh-TW,en;q=0.5", ["en", "zh-CN"]) == "zh-CN"


def test_a_template_without_a_translation_stays_english() -> None:
    assert translator("zh-CN")("No such template {x}") == "No such template {x}"
    assert Message("No such template {x}", {"x": 1}).render(translator("zh-TW")) == "No such template 1"


def test_plurals_follow_the_language() -> None:
    chinese = Catalogue("zh-CN", plurals={"{n} record": ["{n} 条记录"]})
    assert chinese.plural("{n} record", "{n} records", 5) == "{n} 条记录"
    assert translator("en").plural("{n} record", "{n} records", 1) == "{n} record"
    assert translator("en").plural("{n} record", "{n} records", 0) == "{n} records"


def test_the_texts_of_a_plugin_add_to_the_engines_and_do_not_replace_them() -> None:
    merged = Catalogue("zh-CN", {"Save": "保存"}).merged([Catalogue("zh-CN", {"Save": "存", "Tax": "税"})])
    assert (merged("Save"), merged("Tax")) == ("保存", "税")


PYTHON = """Message("Hello {name}", {})
x = Message("A" if y else "B")
Message(text)
"""


def _sources(root: Path) -> Path:
    (root / "one.py").write_text(PYTHON, "utf-8")
    (root / "two.html").write_text('{% if x %}{{ _("Page") }}{% endif %}{{ ngettext("one", "many", n) }}', "utf-8")
    (root / "three.js").write_text('label.textContent = t("Click"); tn("a row", "rows", n);', "utf-8")
    return root


def test_templates_are_collected_from_python_jinja_and_javascript(tmp_path: Path) -> None:
    found = collect(_sources(tmp_path))
    assert {(x.template, x.plural) for x in found if not x.variable} == {
        ("Hello {name}", ""), ("A", ""), ("B", ""), ("Page", ""), ("one", "many"), ("Click", ""), ("a row", "rows"),
    }
    assert check_literal(found) == ["one.py:3"]


def test_an_update_keeps_translations_drops_gone_templates_and_lists_the_missing(tmp_path: Path) -> None:
    sources = _sources(tmp_path)
    folder = tmp_path / "catalogues"
    update(folder, sources)
    path = folder / "zh_Hans" / "messages.po"
    path.write_text(path.read_text("utf-8").replace('msgid "Page"\nmsgstr ""', 'msgid "Page"\nmsgstr "页面"'), "utf-8")
    (sources / "three.js").write_text("", "utf-8")

    absent = update(folder, sources)

    assert load_catalogue(folder, "zh-CN")("Page") == "页面"
    assert "Click" not in path.read_text("utf-8")
    assert absent["zh-CN"] == ["A", "B", "Hello {name}", "one"]
    assert missing(collect(sources), folder) == absent
    before = path.read_bytes()
    update(folder, sources)
    assert path.read_bytes() == before


def test_a_function_that_hands_its_template_to_a_forwarder_is_one_too() -> None:
    text = """
class Problems:
    def add(self, code, template, **params):
        self.found.append(Message(template, params))
    def refuse(self, code, template, **params):
        self.add(code, template, **params)
def check(problems):
    raise problems.refuse("code", "It cannot be.")
"""
    sources = PythonSources({"formulas/problems.py": text})
    assert [t.text for t in sources.templates(sources.modules[0])] == ["It cannot be."]
