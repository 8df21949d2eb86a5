"""Paths, intrinsic functions and JSONata: AWS's documented examples."""

import pytest

from cloudchamber.clock import Ids
from cloudchamber.languages.states.errors import InvalidExpression, StatesError
from cloudchamber.languages.states.intrinsics import compile_intrinsic
from cloudchamber.languages.states.jsonata import compile_expression
from cloudchamber.languages.states.jsonpath import compile_path, put_at
from cloudchamber.languages.states.scope import Scope

STORE = {
    "foo": 123,
    "bar": ["a", "b", "c"],
    "car": {"cdr": True},
    "book": [{"title": "A", "price": 8.95}, {"title": "B", "price": 12.99}],
    "x y": None,
}


def scope(data=None, **variables):
    return Scope(data, {"Execution": {"Id": "arn"}}, variables, Ids(0), 1_700_000_000_000, {"input": data})


@pytest.mark.parametrize(
    ("path", "found"),
    [  # the first three: https://states-language.net/spec.html#ref-paths
        ("$.foo", 123),
        ("$.bar", ["a", "b", "c"]),
        ("$.car.cdr", True),
        ("$['x y']", None),
        ("$.bar[1]", "b"),
        ("$.bar[-1]", "c"),
        ("$.bar[0:2]", ["a", "b"]),
        ("$.bar[0,2]", ["a", "c"]),
        ("$.bar[*]", ["a", "b", "c"]),
        ("$.book[?(@.price < 10)].title", ["A"]),
        ("$.book[?(@.price < 10 || @.title == 'B')].title", ["A", "B"]),
        ("$.book[?(@.isbn)]", []),
        ("$..price", [8.95, 12.99]),
        ("$.book.length()", 2),
        ("$$.Execution.Id", "arn"),
        ("$kept.n[0]", 5),
    ],
)
def test_what_paths_select(path, found):
    assert scope(STORE, kept={"n": [5]}).find(compile_path(path)) == found


@pytest.mark.parametrize("text", ["foo", "$.", "$.foo[", "$.foo[x]", "$.a b", "$['a'", ""])
def test_what_is_no_path(text):
    with pytest.raises(InvalidExpression):
        compile_path(text)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("$", {"a": 1}, "v"),
        ("$.b", {"a": 1}, {"a": 1, "b": "v"}),
        ("$.b.c", {"a": 1}, {"a": 1, "b": {"c": "v"}}),
        ("$.a[1]", {"a": [1, 2]}, {"a": [1, "v"]}),
    ],
)
def test_a_reference_path_is_made_where_it_is_missing(path, before, after):
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html"""
    assert put_at(compile_path(path).keys, before, "v") == after


@pytest.mark.parametrize(
    ("call", "result"),
    [  # https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
        ("States.Array(1)", [1]),
        ("States.Array('x', null, true)", ["x", None, True]),
        ("States.ArrayPartition($.nine, 4)", [[1, 2, 3, 4], [5, 6, 7, 8], [9]]),
        ("States.ArrayContains($.nine, 5)", True),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayGetItem($.nine, 5)", 6),
        ("States.ArrayLength($.nine)", 9),
        ("States.ArrayUnique(States.Array(1,2,3,3,3,3,3,3,4))", [1, 2, 3, 4]),
        ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="),
        ("States.Base64Decode('RGVjb2RlZCBkYXRh')", "Decoded data"),
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.JsonMerge($.json1, $.json2, false)", {"a": {"a3": 1, "a4": 2}, "b": 2, "c": 3}),
        ("States.StringToJson('{\"number\": 20}')", {"number": 20}),
        ("States.JsonToString($.json2)", '{"a":{"a3":1,"a4":2},"c":3}'),
        ("States.MathAdd(111, -1)", 110),
        ("States.StringSplit('1,2,3,4,5', ',')", ["1", "2", "3", "4", "5"]),
        ("States.StringSplit('This.is+a,test=string', '.+,=')", ["This", "is", "a", "test", "string"]),
        ("States.Format('Hello, my name is {}.', $.name)", "Hello, my name is Arnav."),
        (r"States.Format('\{\} it\'s {}', 5)", "{} it's 5"),
        ("States.Format('{}', States.Array(1))", "[1]"),
    ],
)
def test_intrinsic_functions_as_aws_documents_them(call, result):
    data = {
        "nine": list(range(1, 10)),
        "json1": {"a": {"a1": 1, "a2": 2}, "b": 2},
        "json2": {"a": {"a3": 1, "a4": 2}, "c": 3},
        "name": "Arnav",
    }
    assert compile_intrinsic(call)(scope(data)) == result


def test_random_functions_repeat_with_a_seed_and_keep_their_bounds():
    draw = compile_intrinsic("States.MathRandom(1, 3)")
    here = scope()
    assert {draw(here) for _ in range(50)} == {1, 2}
    seeded = compile_intrinsic("States.MathRandom(1, 1000, 7)")
    assert seeded(scope()) == seeded(scope())
    assert compile_intrinsic("States.UUID()")(here) != compile_intrinsic("States.UUID()")(here)


@pytest.mark.parametrize(
    "call",
    ["States.ArrayGetItem(States.Array(1), 5)", "States.ArrayPartition(1, 2)", "States.Hash('x', 'CRC')",
     "States.Format('{}')", "States.Base64Decode('?')", "States.ArrayRange(1, 5000, 1)", "States.StringToJson('{')"],
)  # fmt: skip
def test_bad_arguments_are_intrinsic_failures(call):
    with pytest.raises(StatesError) as raised:
        compile_intrinsic(call)(scope())
    assert raised.value.error == "States.IntrinsicFailure"


@pytest.mark.parametrize("text", ["States.Nope()", "States.UUID(1)", "States.Array(1", "States.Array(1)x"])
def test_what_is_no_intrinsic_function(text):
    with pytest.raises(InvalidExpression):
        compile_intrinsic(text)


@pytest.mark.parametrize(
    ("expression", "result"),
    [  # https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
        ("$states.input.title", "Numbers to add"),
        ("$sum($states.input.numbers)", 9),
        ("$states.input.nothing", None),
        ("{'n': $states.input.nothing, 'l': []}", {"n": None, "l": []}),
        ("$partition([1,2,3,4], 2)", [[1, 2], [3, 4]]),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("$parse('{\"foo\":null}')", {"foo": None}),
        ("$kept + 1", 6),
        ("$now()", "2023-11-14T22:13:20.000Z"),
        ("$millis()", 1_700_000_000_000),
        ("10 / 4", 2.5),
        ("10 / 5", 2),
    ],
)
def test_jsonata_and_what_step_functions_adds_to_it(expression, result):
    data = {"title": "Numbers to add", "numbers": [3, 4, 2], "nothing": None}
    value = compile_expression("{% " + expression + " %}")(scope(data, kept=5), "Output")
    assert value == result
    assert type(value) is type(result)


@pytest.mark.parametrize(
    "expression", ["$states.input.missing", "1 + 'a'", "$error('no')", "function($x){$x}", "$nope()"]
)
def test_jsonata_that_fails_says_where(expression):
    with pytest.raises(StatesError) as raised:
        compile_expression("{% " + expression + " %}")(scope({}), "Arguments/x")
    assert (raised.value.error, raised.value.location) == ("States.QueryEvaluationError", "Arguments/x")
    assert "Arguments/x" in raised.value.cause


@pytest.mark.parametrize("text", ["{% 1 + %}", "{%%}", "{% $eval('1') %}", "{% ( %}"])
def test_what_is_no_jsonata(text):
    with pytest.raises(InvalidExpression):
        compile_expression(text)


def test_an_expression_that_never_ends_is_ended():
    """A depth that grows without end; https://docs.jsonata.org/programming#recursive-functions."""
    endless = compile_expression("{% ($f := function($n) { 1 + $f($n + 1) }; $f(1)) %}")
    for _ in range(2):
        with pytest.raises(StatesError) as raised:
            endless(scope(), "Output")
        assert raised.value.error == "States.QueryEvaluationError"
