"""What a function's failure means for its task, and how names are spelled."""

import json

import pytest

from cloudchamber.services.stepfunctions.rules.arns import Token, token_of, token_text
from cloudchamber.services.stepfunctions.rules.casing import exception_name
from cloudchamber.services.stepfunctions.rules.integrations import function_error


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"errorType": "CustomError", "errorMessage": "m"}, "CustomError"),
        (
            {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 3.00 seconds"},
            "Sandbox.Timedout",
        ),
        ({"errorType": "Runtime.ExitError", "errorMessage": "signal: killed"}, "Lambda.Unknown"),
        ({"errorMessage": "no type"}, "Lambda.Unknown"),
        ("a text", "Lambda.Unknown"),
    ],
)
def test_f058_errors_of_functions(payload, error):
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html

    The current page: timeouts are Sandbox.Timedout in newer runtimes; what has no type is Lambda.Unknown.
    """
    text = json.dumps(payload)
    found = function_error(payload, text.encode())
    assert found.error == error
    assert text in found.cause


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("QueueDoesNotExist", "QueueDoesNotExistException"),
        ("ResourceNotFoundException", "ResourceNotFoundException"),
        ("InternalServerError", "InternalServerErrorException"),
        ("DBInstanceNotFoundFault", "DBInstanceNotFoundException"),
        ("AWS.SimpleQueueService.NonExistentQueue", "NonExistentQueueException"),
    ],
)
def test_errors_are_named_as_the_sdks_classes(code, name):
    assert exception_name(code) == name


def test_a_token_says_what_it_was_made_of():
    token = Token("123456789012", "us-east-1", "M", "name", "uuid", 3, 17)
    assert token_of(token_text(token)) == token
