"""What goes into a page is escaped, by the quick way too."""

import pytest
from markupsafe import Markup, escape

from jimu.translation import translator
from jimu.web.rendering import PageEnvironment, Renderer, put_out


@pytest.mark.parametrize("value", ["", "plain", "<b>", "a & b", "'", '"', "中文", Markup("<b>"), 5, None, 1.5, True])
def test_the_quick_way_escapes_as_the_library_does(value):
    assert put_out(value) == escape(value)


def test_pages_macros_and_blocks_escape_text_and_keep_markup():
    source = "{% macro cell(x) %}<td>{{ x }}</td>{% endmacro %}{% set y %}{{ text }}{% endset %}{{ cell(text) }}{{ y }}"
    made = PageEnvironment(autoescape=True).from_string(source).render(text="<i>&")
    assert made == "<td>&lt;i&gt;&amp;</td>&lt;i&gt;&amp;"


def test_the_templates_of_the_pages_go_the_quick_way():
    template = Renderer("en", translator("en")).environment.get_template("components/rows.html")
    assert template.root_render_func.__globals__["escape"] is put_out
