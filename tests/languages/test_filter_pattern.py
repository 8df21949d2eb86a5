"""Filter patterns of CloudWatch Logs: the examples of AWS's page."""

import pytest

from cloudchamber.languages.filter_pattern import InvalidFilterPattern, compile_filter

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
REQUEST = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
EVENT = """{"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another"],
"objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "flag": true, "empty": null, "n": 300.5,
"user": {"id-1": "x"}, "odd.key": 1}"""


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR 400] BAD REQUEST", True),
        ("ERROR", "error", False),
        ("ERROR ARGUMENTS", "ERROR: MISSING ARGUMENTS", True),
        ("ERROR ARGUMENTS", "ERROR: TOO MANY", False),
        ("?ERROR ?ARGUMENTS", "[WARN] ARGUMENTS", True),
        ("?ERROR ?ARGUMENTS", "[WARN] x", False),
        ("ERROR ?ARGUMENTS", "[ERROR] x", True),
        ('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR", True),
        ('"INTERNAL SERVER ERROR"', "INTERNAL ERROR", False),
        ("ERROR -ARGUMENTS", "ERROR 400", True),
        ("ERROR -ARGUMENTS", "ERROR ARGUMENTS", False),
        ("%ab+c%", "xabbbc", True),
        ("-%ab+c%", "xabbbc", False),
        ("[ip, env, user, time, request, status, bytes]", REQUEST, True),
        ("[ip, user, status]", REQUEST, False),
        ("[ip, ..., status = 404, bytes]", REQUEST, True),
        ("[..., status = 4*, bytes > 1000]", REQUEST, True),
        ("[..., status = 4*, bytes > 2000]", REQUEST, False),
        ('[ip, env, user, time, request = "*index.html*", ...]', REQUEST, True),
        ("[ip = %127\\.0\\.0\\.[1-9]%, ...]", REQUEST, True),
        ("[..., status = 404 || status = 410, bytes]", REQUEST, True),
        ("[..., status != 404 && status != 410, bytes]", REQUEST, False),
        ('{ $.eventType = "UpdateTrail" }', EVENT, True),
        ("{ $.eventType = UpdateTrail }", EVENT, True),
        ("{ $.sourceIPAddress != 123.123.* }", EVENT, True),
        ('{ $.arrayKey[0] = "value" }', EVENT, True),
        ("{ $.objectList[1].id = 2 }", EVENT, True),
        ("{ $.objectList[*].id = 2 }", EVENT, True),
        ("{ $.n >= 300 && ($.n < 3.01e2) }", EVENT, True),
        ("{ $.n = 300.50 }", EVENT, True),
        ("{ $.flag IS TRUE }", EVENT, True),
        ("{ $.flag IS FALSE }", EVENT, False),
        ("{ $.empty IS NULL }", EVENT, True),
        ("{ $.absent IS NULL }", EVENT, False),
        ("{ $.absent NOT EXISTS }", EVENT, True),
        ("{ $.flag NOT EXISTS }", EVENT, False),
        ("{ $.absent = 1 || $.user.id-1 = x }", EVENT, True),
        ("{ ($.absent = 1 || $.n > 1) && $.eventType = %Update.*% }", EVENT, True),
        ("{ $['odd.key'] = 1 }", EVENT, True),
        ("{ $.n > 1 }", "no json", False),
        ("{ $.n > 1 }", '{"n": "x"}', False),
    ],
)
def test_a_pattern_matches_as_documented(pattern, message, expected):
    assert compile_filter(pattern).matches(message) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        '"open',
        "a{b}",
        "%a% %b% %c%",
        "%(%",
        "[a, ..., b, ...]",
        "[a = ]",
        "[a = 1 && b = 2]",
        "{ }",
        "{ $.a }",
        "{ $.a = 1 && }",
        "{ a = 1 }",
        "{ $.a > x }",
        "{ ($.a = 1 }",
        "{ $.a IS MAYBE }",
        "{ $ = 1 }",
    ],
)
def test_a_bad_pattern_is_refused(pattern):
    with pytest.raises(InvalidFilterPattern, match="Invalid filter pattern"):
        compile_filter(pattern)


def test_a_metric_filter_extracts_its_value():
    assert compile_filter("[..., status, bytes]").extract(REQUEST, "$bytes") == "1534"
    assert compile_filter("[a]").extract(REQUEST, "$a") is None
    assert compile_filter("{ $.n > 1 }").extract(EVENT, "$.objectList[0].id") == 1
    assert compile_filter("{ $.n > 1 }").extract(EVENT, "$.absent") is None
    assert compile_filter("ERROR").extract("ERROR", "$a") is None
