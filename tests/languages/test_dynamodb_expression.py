"""DynamoDB's expressions: what AWS documents, and the texts with which it refuses."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.languages.dynamodb_expression import (
    InvalidExpression,
    Usage,
    legacy,
    parse_condition,
    parse_key_condition,
    parse_projection,
    parse_update,
)
from cloudchamber.languages.dynamodb_expression.numbers import add, normalize, sortable, subtract
from cloudchamber.languages.dynamodb_expression.reserved import RESERVED_WORDS
from cloudchamber.languages.dynamodb_expression.sizes import item_size_bytes
from cloudchamber.languages.dynamodb_expression.values import canonical


def S(text):
    return {"S": text}


def N(text):
    return {"N": str(text)}


def L(*elements):
    return {"L": list(elements)}


def M(**elements):
    return {"M": elements}


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
PRODUCT = {
    "Id": N(123),
    "Title": S("Bicycle 123"),
    "Brand": S("Brand-Company C"),
    "Price": N("500"),
    "InStock": {"BOOL": True},
    "Nothing": {"NULL": True},
    "Color": {"SS": ["Red", "Black"]},
    "Sizes": {"NS": ["1", "2.50"]},
    "Picture": {"B": b"\x01\x02"},
    "RelatedItems": L(N(341), N(472), S("x")),
    "Pictures": M(FrontView=S("front.jpg"), Deep=L(M(a=N(1)))),
}
VALUES = {
    ":n500": N("5e2"),
    ":n400": N(400),
    ":n600": N(600),
    ":red": S("Red"),
    ":ss": {"SS": ["Black", "Red"]},
    ":brand": S("Brand"),
    ":true": {"BOOL": True},
    ":b": {"B": b"\x01"},
    ":t": S("SS"),
    ":n472": N("472.0"),
    ":n2": N("2.5"),
    ":one": N(1),
}


def matches(text, item=PRODUCT, values=None, names=None):
    given = VALUES if values is None else values
    return parse_condition(text, names or {}, given).matches(item)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Price = :n500", True),
        ("Price <> :n500", False),
        ("Absent = :n500", False),
        ("Absent <> :n500", True),
        ("Title <> :n500", True),
        ("Price < :n600 AND Price > :n400", True),
        ("Price <= :n500 and Price >= :n500", True),
        ("Title < :n600", False),
        ("Price BETWEEN :n400 AND :n600", True),
        ("NOT Price BETWEEN :n400 AND :n600", False),
        ("Price IN (:n400, :n500)", True),
        ("Price in (:n400)", False),
        (":n500 = Price", True),
        ("Color = :ss", True),
        ("attribute_exists(Pictures.FrontView)", True),
        ("attribute_exists(Pictures.SideView)", False),
        ("attribute_exists(Pictures.Deep[0].a)", True),
        ("attribute_exists(Pictures.Deep[1])", False),
        ("attribute_exists(Title.x) OR attribute_exists(Title[0])", False),
        ("attribute_not_exists(Absent)", True),
        ("attribute_type(Color, :t)", True),
        ("attribute_type(Title, :t)", False),
        ("begins_with(Brand, :brand)", True),
        ("begins_with(Picture, :b)", True),
        ("begins_with(Absent, :brand)", False),
        ("contains(Color, :red)", True),
        ("contains(Brand, :brand)", True),
        ("contains(RelatedItems, :n472)", True),
        ("contains(Sizes, :n2)", True),
        ("contains(Color, :one)", False),
        ("contains(Picture, :b)", True),
        ("size(Color) > :one", True),
        ("size(Title) > :one AND size(Pictures) > :one", True),
        ("size(Price) > :one", False),
        ("( ( size ( Color )) > Absent OR ( Price > :n400 ) )", True),
        ("Price = :n400 OR Price = :n500 AND Title = :red", False),
        ("(Price = :n400 OR Price = :n500) AND NOT Title = :red", True),
        ("NOT (Price = :n500)", False),
        ("InStock = :true", True),
        ("attribute_exists(Nothing)", True),
    ],
)
def test_a_condition_holds_as_documented(text, expected):
    assert matches(text) is expected


def test_a_condition_names_the_top_level_attributes_it_reads():
    condition = parse_condition("a.b = :v AND #c[0] > size(d)", {"#c": "C.c"}, {":v": N(1)})
    assert condition.attributes == {"a", "C.c", "d"}
    assert condition.matches({"a": M(b=N(1)), "C.c": L(N(3)), "d": S("ab")})


CONDITION = "Invalid ConditionExpression: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The expression can not be empty;"),
        ("Price = ", 'Syntax error; token: "<EOF>", near: "="'),
        ("a = = :one", 'Syntax error; token: "=", near: "= = :one"'),
        ("a : one", 'Syntax error; token: ":", near: "a : one"'),
        ("(a = :one", 'Syntax error; token: "<EOF>", near: ":one"'),
        ("a", 'Syntax error; token: "<EOF>", near: "a"'),
        ("name = :one", "Attribute name is a reserved keyword; reserved keyword: name"),
        (
            "#x = :one",
            "An expression attribute name used in the document path is not defined; attribute name: #x",
        ),
        (
            "a = :nope",
            "An expression attribute value used in expression is not defined; attribute value: :nope",
        ),
        (
            "begins_with(a, :one)",
            "Incorrect operand type for operator or function; "
            "operator or function: begins_with, operand type: N",
        ),
        (
            "a < :true",
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL",
        ),
        (
            "attribute_exists(a, b)",
            "Incorrect number of operands for operator or function; "
            "operator or function: attribute_exists, number of operands: 2",
        ),
        (
            "attribute_exists(:one)",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        ("nope(a)", "Invalid function name; function: nope"),
        (
            "size(a)",
            "The function is not allowed to be used this way in an expression; function: size",
        ),
        (
            "if_not_exists(a, :one)",
            "The function is not allowed in a condition expression; function: if_not_exists",
        ),
        ("((a = :one))", "The expression has redundant parentheses;"),
        (
            "a = a",
            "The first operand must be distinct from the remaining operands for this operator or function; "
            "operator: =, first operand: [a]",
        ),
        (
            "a BETWEEN :n600 AND :n400",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
            "lower bound operand: AttributeValue: {N:600}, upper bound operand: AttributeValue: {N:400}",
        ),
        (
            "a BETWEEN :red AND :n400",
            "The BETWEEN operator requires same data type for lower and upper bounds; "
            "lower bound operand: AttributeValue: {S:Red}, upper bound operand: AttributeValue: {N:400}",
        ),
        (
            "attribute_type(a, :red)",
            "Invalid attribute type name found; type: Red, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
        ),
        (
            f"a IN ({','.join([':one'] * 101)})",
            "The IN operator is provided with too many operands; number of operands: 101",
        ),
        (
            " AND ".join(["a=:one"] * 151),
            "The expression contains too many operators; operator count: 301",
        ),
        (
            "a" * 4097,
            "Expression size has exceeded the maximum allowed size; expression size: 4097",
        ),
    ],
)
def test_a_bad_condition_is_refused_with_dynamodbs_text(text, message):
    with pytest.raises(InvalidExpression) as refused:
        matches(text)
    assert refused.value.message == CONDITION + message


def test_a_deep_condition_is_answered_or_refused():
    assert matches(f"{'NOT ' * 100}Price = :n500")
    for text in ("(" * 1500 + "a", f"{'NOT ' * 999}a = :one"):
        with pytest.raises(InvalidExpression, match=CONDITION):
            matches(text)


def test_there_are_573_reserved_words():
    assert len(RESERVED_WORDS) == 573


def test_unused_names_and_values_are_refused_over_all_expressions_of_a_request():
    names, values = {"#a": "a", "#b": "b"}, {":v": N(1), ":w": N(2)}
    usage = Usage(names, values)
    usage.add(parse_condition("#a = :v", names, values))
    with pytest.raises(InvalidExpression) as refused:
        usage.check()
    assert refused.value.message == (
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"
    )
    usage.add(parse_projection("#b", names))
    with pytest.raises(InvalidExpression) as refused:
        usage.check()
    assert refused.value.message == (
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"
    )
    usage.add(parse_update("SET c = :w", names, values))
    usage.check()


def test_badly_named_placeholders_are_refused():
    with pytest.raises(InvalidExpression, match="ExpressionAttributeNames must not be empty"):
        Usage({}, None)
    with pytest.raises(InvalidExpression) as refused:
        Usage(None, {"v": N(1)})
    assert refused.value.message == 'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"'
    with pytest.raises(InvalidExpression) as refused:
        Usage(None, {":v": N(1)}).check()
    assert refused.value.message == "ExpressionAttributeValues can only be specified when using expressions"


def update(text, item, **values):
    return parse_update(text, {"#n": "name"}, {f":{name}": value for name, value in values.items()}).apply(
        item
    )


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
@pytest.mark.parametrize(
    ("text", "values", "before", "after"),
    [
        ("SET a = :v, #n = :v", {"v": N(1)}, {}, {"a": N(1), "name": N(1)}),
        ("SET a = a + :v", {"v": N("0.10")}, {"a": N("1")}, {"a": N("1.1")}),
        ("SET a = a - :v", {"v": N(3)}, {"a": N(1)}, {"a": N(-2)}),
        ("SET a = (a + :v)", {"v": N(3)}, {"a": N(1)}, {"a": N(4)}),
        ("SET a = b, b = a", {}, {"a": N(1), "b": N(2)}, {"a": N(2), "b": N(1)}),
        ("SET a = if_not_exists(a, :v)", {"v": N(3)}, {}, {"a": N(3)}),
        ("SET a = if_not_exists(a, :v) + :v", {"v": N(3)}, {"a": N(1)}, {"a": N(4)}),
        ("SET a = list_append(:v, a)", {"v": L(N(0))}, {"a": L(N(1))}, {"a": L(N(0), N(1))}),
        (
            "SET a = list_append(if_not_exists(a, :e), :v)",
            {"v": L(N(0)), "e": L()},
            {},
            {"a": L(N(0))},
        ),
        ("SET a.b.c = :v", {"v": N(1)}, {"a": M(b=M(d=N(2)))}, {"a": M(b=M(d=N(2), c=N(1)))}),
        ("SET a[1] = :v", {"v": N(9)}, {"a": L(N(1), N(2))}, {"a": L(N(1), N(9))}),
        ("SET a[9] = :v, a[5] = :w", {"v": N(9), "w": N(5)}, {"a": L(N(1))}, {"a": L(N(1), N(5), N(9))}),
        ("REMOVE a, absent", {}, {"a": N(1), "b": N(2)}, {"b": N(2)}),
        ("REMOVE a[0], a[2]", {}, {"a": L(N(0), N(1), N(2), N(3))}, {"a": L(N(1), N(3))}),
        ("REMOVE a[2], a[10], a[1].x", {}, {"a": L(N(0), M(x=N(1)), N(2))}, {"a": L(N(0), M())}),
        ("SET a[9] = :v REMOVE a[1]", {"v": N(7)}, {"a": L(N(0))}, {"a": L(N(0), N(7))}),
        ("ADD a :v", {"v": N(5)}, {}, {"a": N(5)}),
        ("ADD a :v", {"v": N("-0.5")}, {"a": N("0.5")}, {"a": N(0)}),
        ("add a.b :v", {"v": N(5)}, {"a": M()}, {"a": M(b=N(5))}),
        ("ADD a :v", {"v": {"SS": ["x", "y"]}}, {"a": {"SS": ["x"]}}, {"a": {"SS": ["x", "y"]}}),
        ("ADD a :v", {"v": {"NS": ["1.0"]}}, {"a": {"NS": ["1"]}}, {"a": {"NS": ["1"]}}),
        ("DELETE a :v", {"v": {"SS": ["x"]}}, {"a": {"SS": ["x", "y"]}}, {"a": {"SS": ["y"]}}),
        ("DELETE a :v", {"v": {"SS": ["x"]}}, {"a": {"SS": ["x"]}}, {}),
        ("DELETE a :v", {"v": {"SS": ["x"]}}, {}, {}),
        ("set b = a remove a", {}, {"a": N(1)}, {"b": N(1)}),
    ],
)
def test_an_update_makes_the_new_item_and_leaves_the_old_one(text, values, before, after):
    kept = repr(before)
    assert update(text, before, **values) == after
    assert repr(before) == kept


UPDATE = "Invalid UpdateExpression: "
PATH_INVALID = "The document path provided in the update expression is invalid for update"
TYPE_INVALID = "An operand in the update expression has an incorrect data type"


@pytest.mark.parametrize(
    ("text", "values", "item", "message"),
    [
        (
            "SET a = b",
            {},
            {},
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        ("SET a.b = :v", {"v": N(1)}, {}, PATH_INVALID),
        ("SET a.b = :v", {"v": N(1)}, {"a": N(1)}, PATH_INVALID),
        ("SET a.b = :v", {"v": N(1)}, {"a": L()}, PATH_INVALID),
        ("SET a[0] = :v", {"v": N(1)}, {"a": M()}, PATH_INVALID),
        ("REMOVE a.b.c", {}, {"a": M()}, PATH_INVALID),
        ("SET a = a + :v", {"v": N(1)}, {"a": S("x")}, TYPE_INVALID),
        ("SET a = list_append(a, :v)", {"v": L()}, {"a": S("x")}, TYPE_INVALID),
        ("ADD a :v", {"v": N(1)}, {"a": S("x")}, TYPE_INVALID),
        ("DELETE a :v", {"v": {"SS": ["x"]}}, {"a": S("x")}, TYPE_INVALID),
        (
            "ADD a :v",
            {"v": N("9" * 38 + "0" * 88)},
            {"a": N("9" * 38 + "0" * 88)},
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "SET a = :v SET b = :v",
            {"v": N(1)},
            {},
            UPDATE + 'The "SET" section can only be used once in an update expression;',
        ),
        (
            "SET a = :v, a.b = :v",
            {"v": N(1)},
            {},
            UPDATE + "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            "path one: [a], path two: [a, b]",
        ),
        (
            "SET a.b = :v REMOVE a[0]",
            {"v": N(1)},
            {},
            UPDATE
            + "Two document paths conflict with each other; must remove or rewrite one of these paths; "
            "path one: [a, b], path two: [a, [0]]",
        ),
        (
            "SET a = :v + b",
            {"v": S("x")},
            {},
            UPDATE
            + "Incorrect operand type for operator or function; operator or function: +, operand type: S",
        ),
        (
            "SET a = list_append(a, :v)",
            {"v": M()},
            {},
            UPDATE + "Incorrect operand type for operator or function; "
            "operator or function: list_append, operand type: M",
        ),
        (
            "ADD a :v",
            {"v": S("x")},
            {},
            UPDATE + "Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
        ),
        (
            "DELETE a :v",
            {"v": N(1)},
            {},
            UPDATE
            + "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER",
        ),
        (
            "SET a = attribute_exists(b)",
            {},
            {},
            UPDATE + "The function is not allowed in an update expression; function: attribute_exists",
        ),
        ("ADD hits : incr", {}, {}, UPDATE + 'Syntax error; token: ":", near: "hits : incr"'),
        ("  ", {}, {}, UPDATE + "The expression can not be empty;"),
    ],
)
def test_a_bad_update_is_refused_with_dynamodbs_text(text, values, item, message):
    with pytest.raises(InvalidExpression) as refused:
        update(text, item, **values)
    assert refused.value.message == message


def test_an_update_shows_what_it_changed():
    changed = parse_update("SET a.b = :v, l[1] = :v REMOVE c", None, {":v": N(9)})
    before = {"a": M(b=N(1), x=N(2)), "l": L(N(0), N(1)), "c": S("c"), "d": S("d")}
    after = changed.apply(before)
    assert changed.updated_paths == (("a", "b"), ("l", 1), ("c",))
    assert changed.updated(before) == {"a": M(b=N(1)), "l": L(N(1)), "c": S("c")}
    assert changed.updated(after) == {"a": M(b=N(9)), "l": L(N(9))}


def test_a_projection_keeps_what_its_paths_hold():
    item = {"a": M(b=N(1), c=L(N(0), N(1), N(2))), "name": S("n"), "z": S("z")}
    assert parse_projection("a.c[2], a.c[0], #n, q.r, z.y", {"#n": "name"}).apply(item) == {
        "a": M(c=L(N(0), N(2))),
        "name": S("n"),
    }
    with pytest.raises(InvalidExpression) as refused:
        parse_projection("a, b, a", None)
    assert refused.value.message == (
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite "
        "one of these paths; path one: [a], path two: [a]"
    )


KEY_VALUES = {":p": S("p"), ":s": S("s"), ":t": S("t")}


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("pk = :p", [("pk", "=", (S("p"),))]),
        ("pk = :p AND sk BETWEEN :s AND :t", [("pk", "=", (S("p"),)), ("sk", "BETWEEN", (S("s"), S("t")))]),
        ("(begins_with(sk, :s)) AND (:p = pk)", [("sk", "begins_with", (S("s"),)), ("pk", "=", (S("p"),))]),
        ("pk = :p AND :s < sk", [("pk", "=", (S("p"),)), ("sk", ">", (S("s"),))]),
    ],
)
def test_a_key_condition_gives_its_cases(text, conditions):
    parsed = parse_key_condition(text, None, KEY_VALUES)
    assert parsed.conditions == conditions
    assert parsed.for_keys("pk", "sk")[0] == S("p")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pk = :p OR sk = :s", "Invalid operator used in KeyConditionExpression: OR"),
        ("pk <> :p", "Invalid operator used in KeyConditionExpression: <>"),
        ("NOT pk = :p", "Invalid operator used in KeyConditionExpression: NOT"),
        ("pk IN (:p)", "Invalid operator used in KeyConditionExpression: IN"),
        ("attribute_exists(pk)", "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("pk = :p AND pk > :s", "KeyConditionExpressions must only contain one condition per key"),
        ("size(pk) = :p", "KeyConditionExpressions cannot contain nested operations"),
        ("pk.a = :p", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("pk = :p AND a = :s AND b = :t", "Conditions can be of length 1 or 2 only"),
        ("sk = :p", "Query condition missed key schema element: pk"),
        ("pk = :p AND another = :s", "Query condition missed key schema element: sk"),
        ("pk > :p AND sk = :s", "Query key condition not supported"),
    ],
)
def test_a_bad_key_condition_is_refused(text, message):
    with pytest.raises(InvalidExpression) as refused:
        parse_key_condition(text, None, KEY_VALUES).for_keys("pk", "sk")
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0", "1"),
        ("-0", "0"),
        ("00012", "12"),
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        (".5", "0.5"),
        ("+7", "7"),
        ("1E125", "1" + "0" * 125),
        ("9" * 38, "9" * 38),
    ],
)
def test_a_number_is_stored_without_exponent_and_trailing_zeros(text, expected):
    assert normalize(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "The parameter cannot be converted to a numeric value: abc"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        (" 1", "The parameter cannot be converted to a numeric value:  1"),
        ("", "The parameter cannot be converted to a numeric value"),
        ("1E126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        (
            "1E-131",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
    ],
)
def test_a_bad_number_is_refused(text, message):
    with pytest.raises(InvalidExpression) as refused:
        normalize(text)
    assert refused.value.message == message


NUMBERS = st.builds(
    lambda digits, exponent: f"{digits}E{exponent}",
    st.integers(-(10**30), 10**30),
    st.integers(-100, 90),
) | st.integers(-200, 200).map(str)


@given(NUMBERS, NUMBERS)
def test_the_bytes_of_numbers_are_ordered_as_the_numbers(left, right):
    one, other = Decimal(left), Decimal(right)
    assert (sortable(left) < sortable(right)) is (one < other)
    assert (sortable(left) == sortable(right)) is (one == other)
    assert Decimal(normalize(left)) == one


@given(st.integers(-(10**18), 10**18), st.integers(-(10**18), 10**18))
def test_arithmetic_is_exact(left, right):
    assert add(str(left), str(right)) == str(left + right)
    assert subtract(str(left), str(right)) == str(left - right)
    assert Decimal(add(f"{left}E-5", f"{right}E-5")) == Decimal(left + right).scaleb(-5)


def test_an_item_counts_its_names_and_values():
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    assert item_size_bytes({"a": S("é"), "b": N("1234.5"), "c": N(-5)}) == 3 + 2 + 4 + 3
    assert item_size_bytes({"l": L(N(1), {"BOOL": True}), "m": M(ab={"NULL": True})}) == 2 + 3 + 3 + 2 + 3 + 4
    assert item_size_bytes({"s": {"SS": ["ab", "c"]}, "b": {"BS": [b"abc"]}, "n": {"NS": ["10"]}}) == 11


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            {"S": "a", "N": "1"},
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes",
        ),
        ({"SS": []}, "One or more parameter values were invalid: An string set  may not be empty"),
        (
            {"SS": ["a", "a"]},
            "One or more parameter values were invalid: Input collection [a, a] contains duplicates.",
        ),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        (
            {"NULL": False},
            "One or more parameter values were invalid: "
            "Null attribute value types must have the value of true",
        ),
    ],
)
def test_a_bad_attribute_value_is_refused(value, message):
    with pytest.raises(InvalidExpression) as refused:
        canonical(value)
    assert refused.value.message == message


def test_values_nest_32_levels():
    def nested(levels):
        return N("1.0") if levels == 0 else L(nested(levels - 1))

    assert canonical(M(a=nested(31)))["M"]["a"] == canonical(nested(31))
    with pytest.raises(InvalidExpression, match="Nesting Levels have exceeded supported limits"):
        canonical(nested(33))


def test_legacy_parameters_become_the_same_objects():
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
    item = {"a": N(5), "s": S("abc"), "l": L(N(1))}
    both = {
        "a": {"ComparisonOperator": "GT", "AttributeValueList": [N(9)]},
        "s": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [S("a")]},
    }
    assert not legacy.parse_filter(both).matches(item)
    assert legacy.parse_filter(both, "OR").matches(item)
    assert legacy.parse_expected({"a": {"Value": N("5.0")}, "q": {"Exists": False}}).matches(item)
    assert legacy.parse_key_conditions(
        {"a": {"ComparisonOperator": "EQ", "AttributeValueList": [N(1)]}}
    ).for_keys("a", None) == (N(1), None)
    assert legacy.parse_attributes_to_get(["a.b", "s"]).apply({**item, "a.b": N(2)}) == {
        "a.b": N(2),
        "s": S("abc"),
    }
    changes = {
        "a": {"Action": "ADD", "Value": N(2)},
        "s": {"Action": "DELETE"},
        "l": {"Action": "ADD", "Value": L(N(2))},
        "m": {"Value": N(1)},
    }
    assert legacy.parse_attribute_updates(changes).apply(item) == {
        "a": N(7),
        "l": L(N(1), N(2)),
        "m": N(1),
    }


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: legacy.parse_filter({"a": {"ComparisonOperator": "EQ", "AttributeValueList": []}}),
            "One or more parameter values were invalid: "
            "Invalid number of argument(s) for the EQ ComparisonOperator",
        ),
        (
            lambda: legacy.parse_filter(
                {"a": {"ComparisonOperator": "BEGINS_WITH", "AttributeValueList": [N(1)]}}
            ),
            "One or more parameter values were invalid: "
            "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
        ),
        (
            lambda: legacy.parse_expected({"a": {"Exists": True}}),
            "One or more parameter values were invalid: "
            "Value must be provided when Exists is true for Attribute: a",
        ),
        (
            lambda: legacy.parse_expected({"a": {"Value": N(1)}}, "OR"),
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        ),
        (
            lambda: legacy.parse_key_conditions(
                {"a": {"ComparisonOperator": "NE", "AttributeValueList": [N(1)]}}
            ),
            "Attempted conditional constraint is not an indexable operation",
        ),
        (
            lambda: legacy.parse_attribute_updates({"a": {"Action": "ADD", "Value": S("x")}}),
            "One or more parameter values were invalid: ADD action is not supported for the type S",
        ),
        (
            lambda: legacy.parse_attribute_updates({"a": {"Action": "ADD", "Value": N(1)}}).apply(
                {"a": S("x")}
            ),
            "Type mismatch for attribute to update",
        ),
    ],
)
def test_a_bad_legacy_parameter_is_refused(call, message):
    with pytest.raises(InvalidExpression) as refused:
        call()
    assert refused.value.message == message
