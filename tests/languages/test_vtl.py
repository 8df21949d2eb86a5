"""Mapping templates: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.languages.vtl import InvalidTemplate, compile_template

SHOP = {
    "bins": [
        {"category": "fruit", "type": "apple", "price": 1.99, "unit": "pound", "quantity": 32},
        {"category": "fruit", "type": "banana", "price": 0.19, "unit": "each", "quantity": 112},
    ]
}


def render(template, **variables):
    return compile_template(template)(variables)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain $ and # and 100%", "plain $ and # and 100%"),
        ("$x", "5"),
        ("${x}y $!x", "5y 5"),
        ("[$none][$!none][$x.y.z]", "[][][]"),
        ("$m.a.b $m['a'].b $l[1] $l.get(0) $l.size()", "1 1 two one 2"),
        ("$m", '{"a":{"b":1}}'),
        ("#set($y = $x + 1)$y", "6"),
        ("#set($y = 'a$x')$y #set($z = \"a$x\")$z", "a$x a5"),
        ("#set($m2 = {'k': [1, 2]})$m2.k[1]", "2"),
        ("#set($m2 = {})#set($m2.a = 1)#set($d = $m2.put('b', 2))$m2", '{"a":1,"b":2}'),
        ("#if($x == 5)a#elseif($x == 6)b#{else}c#end", "a"),
        ("#if($x > 5 || !$none && true)a#else b#end", "a"),
        ("#if($none)a#else b#end", " b"),
        ("#foreach($i in $l)$foreach.index:$i#if($foreach.hasNext),#end#end", "0:one,1:two"),
        ("#foreach($i in [1..9])#if($i == 3)#break#end$i#end.", "12."),
        ("#foreach($k in $m.keySet())$k#end", "a"),
        ("a## comment\nb#* more *#c", "abc"),
        ("a#stop b", "a"),
        ("$s.toUpperCase() $s.substring(1) $s.substring(0, 2) $s.length()", "WORD ord wo 4"),
        ("$s.replaceAll('(o)', '[$1]') $s.split('o')[1] $s.contains('or')", "w[o]rd rd true"),
        ("#set($n = 7 / 2)$n #set($n = 7 % 2)$n #set($n = (1 + 2) * 3)$n", "3 1 9"),
        ("\\$x", "$x"),
        ("$f.twice(4)", "8"),
    ],
)
def test_templates(template, text):
    found = render(
        template, x=5, m={"a": {"b": 1}}, l=["one", "two"], s="word", f={"twice": lambda number: number * 2}
    )
    assert found == text


def test_awss_example():
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/example-photos.html, in short."""
    template = """{
  "choices": [
#foreach($elem in $inputRoot.bins)
    {"kind": "$elem.type", "suggestion": "Try a $elem.category"}#if($foreach.hasNext),#end

#end
  ]
}"""
    assert json.loads(render(template, inputRoot=SHOP))["choices"] == [
        {"kind": "apple", "suggestion": "Try a fruit"},
        {"kind": "banana", "suggestion": "Try a fruit"},
    ]


@pytest.mark.parametrize(
    "template",
    ["#if($x)a", "#foreach($x in $y)", "#set(x = 1)", "#set($x = )", "#end", "$x.y(", "#if()a#end"],
)
def test_what_is_not_well_formed(template):
    with pytest.raises(InvalidTemplate):
        compile_template(template)


@given(st.text(alphabet="$#{}[]()!ax.\"' =\n\\1+&|", max_size=25))
def test_any_text_is_a_template_or_is_refused(template):
    with contextlib.suppress(InvalidTemplate):
        render(template, a={"x": 1}, x=[1])
