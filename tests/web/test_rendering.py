"""What goes into a page is escaped, by the quick way too."""

import pytest
from jinja2 import Environment, pass_context
from markupsafe import Markup, escape

from jimu.translation import translator
from jimu.web.environment import PageEnvironment, put_out
from jimu.web.rendering import Renderer


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


@pytest.mark.parametrize(
    "source",
    [
        "{% macro m(a, b='<', c=1) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(text) }}{{ m(1, c=2) }}{{ m(1, 2, 3) }}",
        "{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x='<') }}",
        "{% macro m(a) %}<b>{{ a }}{{ caller(a) }}</b>{% endmacro %}{% call(x) m(text) %}{{ x }}{% endcall %}",
        "{% macro m(n) %}{{ n }}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}{% set x = m(3) %}{{ x|upper }}",
        "{% for x in range(3) %}{% set y = shout(text) %}{{ loop.cycle('<', y) }}{{ lipsum is defined }}{% endfor %}",
        "{% block b %}{% set z = text %}{{ seen(1) }}{{ shout(word=z) }}{{ ['1', 2]|join(text) }}{% endblock %}",
    ],
)
def test_macros_and_functions_are_called_as_jinja_calls_them(source):
    @pass_context
    def seen(context, n):
        return f"{n}{context['text']}"

    values = {"text": "<i>&", "shout": lambda word: word + "!", "seen": seen}
    mine, theirs = (
        kind(autoescape=True).from_string(source).render(**values) for kind in (PageEnvironment, Environment)
    )
    assert mine == theirs


@pytest.mark.parametrize("call", ["m(1, 2)", "m(b=1)", "m(1, a=1)"])
def test_macros_refuse_what_they_do_not_take(call):
    source = "{% macro m(a) %}{{ a }}{% endmacro %}{{ " + call + " }}"
    with pytest.raises(TypeError, match="macro 'm' takes"):
        PageEnvironment(autoescape=True).from_string(source).render()
