"""The fields that a state may have, by its type and query language.

https://states-language.net/spec.html#state-type-table
"""

from __future__ import annotations

TOP = frozenset({"Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"})
BRANCH = frozenset({"Comment", "StartAt", "States", "QueryLanguage"})
ITERATOR = BRANCH | {"ProcessorConfig"}

_ALL = frozenset({"Type", "Comment", "QueryLanguage"})
_GOING_ON = _ALL | {"Next", "End", "Assign"}
_HANDLING = _GOING_ON | {"Retry", "Catch"}
_IN_AND_OUT = frozenset({"InputPath", "OutputPath"})
_RESULT = _IN_AND_OUT | {"Parameters", "ResultSelector", "ResultPath"}
_OUTPUT = frozenset({"Output"})
_MAP = frozenset(
    {
        "ItemProcessor", "Iterator", "ItemReader", "ItemBatcher", "ItemSelector", "ResultWriter", "Label",
        "MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage",
    }
)  # fmt: skip

# What only Maps of the mode DISTRIBUTED have.
OF_DISTRIBUTED = frozenset(
    {
        "ItemBatcher", "ItemReader", "Label", "ResultWriter", "ToleratedFailureCount", "ToleratedFailureCountPath",
        "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
    }
)  # fmt: skip

# type -> fields of both languages, of JSONPath alone, of JSONata alone, and those that are required
STATES: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str], tuple[str, ...]]] = {
    "Choice": (_ALL | {"Choices", "Default", "Assign"}, _IN_AND_OUT, _OUTPUT, ("Choices",)),
    "Fail": (_ALL | {"Error", "Cause"}, frozenset({"ErrorPath", "CausePath"}), frozenset(), ()),
    "Map": (
        _HANDLING | _MAP,
        _RESULT
        | {
            "ItemsPath",
            "MaxConcurrencyPath",
            "ToleratedFailureCountPath",
            "ToleratedFailurePercentagePath",
        },
        _OUTPUT | {"Items"},
        (),
    ),
    "Parallel": (_HANDLING | {"Branches"}, _RESULT, _OUTPUT | {"Arguments"}, ("Branches",)),
    "Pass": (_GOING_ON, _IN_AND_OUT | {"Parameters", "Result", "ResultPath"}, _OUTPUT, ()),
    "Succeed": (_ALL, _IN_AND_OUT, _OUTPUT, ()),
    "Task": (
        _HANDLING | {"Resource", "TimeoutSeconds", "HeartbeatSeconds", "Credentials"},
        _RESULT | {"TimeoutSecondsPath", "HeartbeatSecondsPath"},
        _OUTPUT | {"Arguments"},
        ("Resource",),
    ),
    "Wait": (
        _GOING_ON | {"Seconds", "Timestamp"},
        _IN_AND_OUT | {"SecondsPath", "TimestampPath"},
        _OUTPUT,
        (),
    ),
}
