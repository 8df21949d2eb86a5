"""How states pass data, branch, fail and are tried again: AWS's documented examples and the specification's rules.

https://states-language.net/spec.html
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.languages.states.driver import TaskError, machine, play

F = "arn:aws:lambda:us-east-1:123456789012:function:f"


def task(**fields):
    return {"Type": "Task", "Resource": F} | fields


def jsonata(**named):
    return {"QueryLanguage": "JSONata"} | machine(**named)


# -- JSONPath's data


@pytest.mark.parametrize(
    ("fields", "output"),
    [  # https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultpath.html
        ({}, "Hello, Step Functions!"),
        ({"ResultPath": None}, {"comment": "c", "who": "AWS Step Functions"}),
        ({"ResultPath": "$.taskresult"}, {"comment": "c", "who": "AWS Step Functions", "taskresult": "Hello, Step Functions!"}),
        ({"ResultPath": "$.who"}, {"comment": "c", "who": "Hello, Step Functions!"}),
        ({"ResultPath": "$.a.b", "OutputPath": "$.a"}, {"b": "Hello, Step Functions!"}),
        ({"OutputPath": None}, {}),
        ({"ResultSelector": {"said.$": "$"}, "ResultPath": "$.x", "OutputPath": "$.x"}, {"said": "Hello, Step Functions!"}),
    ],
)  # fmt: skip
def test_f086_results_are_selected_joined_and_selected_again(fields, output):
    played = play(
        machine(T=task(**fields)), {"comment": "c", "who": "AWS Step Functions"}, {F: lambda data: "Hello, Step Functions!"}
    )  # fmt: skip
    assert played.output == output


def test_input_path_and_parameters_make_what_the_task_gets():
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html"""
    data = {
        "comment": "Example for Parameters.",
        "product": {"details": {"color": "blue", "size": "small", "material": "cotton"}, "sku": "2T-1234"},
    }
    parameters = {
        "comment": "Selecting what I care about.",
        "MyDetails": {
            "size.$": "$.product.details.size",
            "exists.$": "States.Format('{} in stock', $.product.sku)",
            "StaticValue": "foo",
        },
    }
    got = []
    play(machine(T=task(Parameters=parameters)), data, {F: got.append})
    assert got == [
        {
            "comment": "Selecting what I care about.",
            "MyDetails": {"size": "small", "exists": "2T-1234 in stock", "StaticValue": "foo"},
        }
    ]
    got.clear()
    play(machine(T=task(InputPath="$.product", Parameters={"sku.$": "$.sku"})), data, {F: got.append})
    assert got == [{"sku": "2T-1234"}]


def test_the_context_object():
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html"""
    played = play(machine(P={"Type": "Pass", "Parameters": {"all.$": "$$"}}), {"k": 1})
    assert played.output["all"] == {
        "Execution": {
            "Id": "e",
            "Input": {"k": 1},
            "Name": "n",
            "RoleArn": "arn:aws:iam::123456789012:role/r",
        },
        "State": {"EnteredTime": "1970-01-01T00:00:00.000Z", "Name": "P", "RetryCount": 0},
        "StateMachine": {
            "Id": "arn:aws:states:us-east-1:123456789012:stateMachine:HelloWorld",
            "Name": "HelloWorld",
        },
    }


def test_a_path_that_finds_nothing_names_the_state_and_the_event():
    played = play(
        machine(P={"Type": "Pass", "Parameters": {"address.$": "$.application.address"}}), {"flagged": False}
    )
    assert (played.error, played.cause) == (
        "States.Runtime",
        "An error occurred while executing the state 'P' (entered at the event id #2). The JSONPath "
        "'$.application.address' specified for the field 'address.$' could not be found in the input "
        "'{\"flagged\":false}'",
    )


def test_a_result_that_cannot_be_put_into_the_input():
    played = play(machine(T=task(ResultPath="$.a")), "text", {F: lambda data: 1})
    assert played.error == "States.ResultPathMatchFailure"


# -- variables


def test_variables_reach_every_later_state_and_branches_but_not_back():
    """https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html"""
    inner = machine(Inside={"Type": "Pass", "Assign": {"y": 5}, "Parameters": {"seen.$": "$x"}})
    played = play(
        machine(
            Keep={"Type": "Pass", "Assign": {"x.$": "$.n", "fixed": [1]}},
            Both={"Type": "Parallel", "Branches": [inner]},
            Use={
                "Type": "Pass",
                "Parameters": {"x.$": "$x", "first.$": "$fixed[0]", "inside.$": "$[0].seen"},
            },
            Wrong={"Type": "Pass", "Parameters": {"y.$": "$y"}},
        ),
        {"n": 7},
    )
    left = [event for event in played.events if event.type == "PassStateExited"]
    assert left[2].details["output"] == '{"x":7,"first":1,"inside":7}'
    assert left[0].details["assignedVariables"] == {"x": "7", "fixed": "[1]"}
    assert played.error == "States.Runtime"


def test_assignments_of_one_state_see_the_values_before_it():
    """https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: all are evaluated, then all are assigned."""
    played = play(
        jsonata(
            First={"Type": "Pass", "Assign": {"x": 3, "a": 6}},
            Second={"Type": "Pass", "Assign": {"x": "{% $a %}", "nextX": "{% $x %}"}},
            Show={"Type": "Pass", "Output": {"x": "{% $x %}", "nextX": "{% $nextX %}"}},
        )
    )
    assert played.output == {"x": 6, "nextX": 3}


# -- JSONata


def test_arguments_result_output_and_input():
    """https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html"""
    states = jsonata(
        T=task(
            Arguments={"sum": "{% $sum($states.input.numbers) %}"},
            Assign={"twice": "{% $states.result * 2 %}"},
            Output={
                "before": "{% $states.input %}",
                "result": "{% $states.result %}",
                "name": "{% $states.context.State.Name %}",
            },
        ),
        P={"Type": "Pass", "Output": {"twice": "{% $twice %}", "was": "{% $states.input.result %}"}},
    )
    assert play(states, {"numbers": [3, 4, 2]}, {F: lambda data: data["sum"]}).output == {
        "twice": 18,
        "was": 9,
    }


def test_a_catch_of_jsonata_sees_the_error():
    states = jsonata(
        T=task(Catch=[{"ErrorEquals": ["Boom"], "Next": "C", "Output": {"why": "{% $states.errorOutput.Cause %}"},
                       "Assign": {"e": "{% $states.errorOutput.Error %}"}}]),
        C={"Type": "Pass", "Output": {"in": "{% $states.input %}", "e": "{% $e %}"}},
    )  # fmt: skip

    def fail(data):
        raise TaskError("Boom", "because")

    assert play(states, {}, {F: fail}).output == {"in": {"why": "because"}, "e": "Boom"}


def test_an_expression_that_fails_is_told_and_can_be_caught():
    bad = task(Arguments={"x": "{% $states.input.nothing %}"},
               Catch=[{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "C"}])  # fmt: skip
    played = play(jsonata(T=bad, C={"Type": "Pass"}), {})
    assert played.output["Error"] == "States.QueryEvaluationError"
    (told,) = [event for event in played.events if event.type == "EvaluationFailed"]
    assert (told.details["location"], told.details["state"]) == ("Arguments/x", "T")


# -- choices


@pytest.mark.parametrize(
    ("rule", "data", "holds"),
    [
        ({"Variable": "$.x", "StringEquals": "a"}, {"x": "a"}, True),
        ({"Variable": "$.x", "StringEquals": "1"}, {"x": 1}, False),
        ({"Variable": "$.x", "StringLessThan": "b"}, {"x": "a"}, True),
        ({"Variable": "$.x", "StringMatches": "log-*.txt"}, {"x": "log-a.b.txt"}, True),
        ({"Variable": "$.x", "StringMatches": "a\\*b"}, {"x": "a*b"}, True),
        ({"Variable": "$.x", "StringMatches": "a\\*b"}, {"x": "axb"}, False),
        ({"Variable": "$.x", "NumericGreaterThanEquals": 1}, {"x": 1.0}, True),
        ({"Variable": "$.x", "NumericEquals": 1}, {"x": True}, False),
        ({"Variable": "$.x", "BooleanEquals": False}, {"x": False}, True),
        ({"Variable": "$.x", "TimestampGreaterThan": "2016-03-14T01:59:00Z"}, {"x": "2016-03-14T02:59:01+01:00"}, True),
        ({"Variable": "$.x", "TimestampEquals": "2016-03-14T01:59:00Z"}, {"x": "yesterday"}, False),
        ({"Variable": "$.x", "NumericLessThanPath": "$.y"}, {"x": 1, "y": 2}, True),
        ({"Variable": "$.x", "IsPresent": False}, {}, True),
        ({"Variable": "$.x", "IsNull": True}, {"x": None}, True),
        ({"Variable": "$.x", "IsString": True}, {"x": "s"}, True),
        ({"Variable": "$.x", "IsNumeric": True}, {"x": "1"}, False),
        ({"Variable": "$.x", "IsBoolean": True}, {"x": False}, True),
        ({"Variable": "$.x", "IsTimestamp": True}, {"x": "2016-03-14T01:59:00Z"}, True),
        ({"Not": {"Variable": "$.x", "IsNull": True}}, {"x": 1}, True),
        ({"And": [{"Variable": "$.x", "IsNumeric": True}, {"Variable": "$.x", "NumericLessThan": 5}]}, {"x": 7}, False),
        ({"Or": [{"Variable": "$.x", "IsString": True}, {"Variable": "$.x", "NumericEquals": 7}]}, {"x": 7}, True),
    ],
)  # fmt: skip
def test_rules_of_choices(rule, data, holds):
    """https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html"""
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"}
    states = machine(
        C=choice, Yes={"Type": "Pass", "Result": True, "End": True}, No={"Type": "Pass", "Result": False}
    )
    assert play(states, data).output is holds


def test_a_choice_without_a_match_and_one_whose_path_finds_nothing():
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "NumericEquals": 1, "Next": "D"}]}
    states = machine(C=choice, D={"Type": "Succeed"})
    assert play(states, {"x": 2}).error == "States.NoChoiceMatched"
    missing = play(states, {})
    assert missing.error == "States.Runtime"
    assert missing.cause.endswith(
        "Invalid path '$.x': The choice state's condition path references an invalid value."
    )


def test_conditions_of_jsonata_must_be_boolean():
    def choose(condition):
        choice = {
            "Type": "Choice",
            "Choices": [{"Condition": condition, "Next": "D", "Output": "{% 'chosen' %}"}],
        }
        return play(jsonata(C=choice, D={"Type": "Succeed"}), {"x": 2})

    assert choose("{% $states.input.x > 1 %}").output == "chosen"
    assert choose(True).output == "chosen"
    assert choose("{% 'yes' %}").error == "States.QueryEvaluationError"


# -- waits


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Seconds": 10}, 10),
        ({"SecondsPath": "$.seconds"}, 7),
        ({"Timestamp": "1970-01-01T00:01:00Z"}, 60),
        ({"TimestampPath": "$.at"}, 30),
    ],
)
def test_f057_a_wait_has_one_of_four_fields(fields, seconds):
    played = play(
        machine(W={"Type": "Wait"} | fields), {"seconds": 7, "at": "1970-01-01T00:00:30Z", "kept": True}
    )
    assert played.ended_at_ms == seconds * 1000
    assert played.output["kept"]


def test_waits_of_jsonata():
    played = play(jsonata(W={"Type": "Wait", "Seconds": "{% $states.input.n * 2 %}"}), {"n": 4})
    assert played.ended_at_ms == 8000


# -- Parallel and Map


def test_branches_all_get_the_input_and_give_an_array_in_their_order():
    """https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html"""
    add = machine(Nap={"Type": "Wait", "Seconds": 5}, Add={"Type": "Pass", "Result": 5})
    subtract = machine(Subtract={"Type": "Pass"})
    played = play(
        machine(P={"Type": "Parallel", "Branches": [add, subtract], "ResultPath": "$.out"}),
        {"n": 1},
    )
    assert played.output == {"n": 1, "out": [5, {"n": 1}]}


def test_one_branch_that_fails_ends_the_others():
    slow = machine(Slow={"Type": "Wait", "Seconds": 100})
    bad = machine(Nap={"Type": "Wait", "Seconds": 1}, Bad={"Type": "Fail", "Error": "E", "Cause": "C"})
    played = play(machine(P={"Type": "Parallel", "Branches": [slow, bad]}))
    assert (played.status, played.error, played.ended_at_ms) == ("FAILED", "E", 1000)
    assert played.types[-3:] == ["WaitStateAborted", "ParallelStateFailed", "ExecutionFailed"]


def test_a_whole_parallel_state_is_tried_again():
    calls = []

    def flaky(data):
        calls.append(data)
        if len(calls) < 3:
            raise TaskError("E")
        return "ok"

    parallel = {"Type": "Parallel", "Branches": [machine(T=task())], "Retry": [{"ErrorEquals": ["E"]}]}
    played = play(machine(P=parallel), 1, {F: flaky})
    assert (played.output, len(calls), played.ended_at_ms) == (["ok"], 3, 3000)


def test_map_gives_items_their_input_and_keeps_their_order():
    """https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html"""
    processor = machine(
        T=task(Parameters={"i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value.sku", "in.$": "$"})
    )
    state = {"Type": "Map", "InputPath": "$.detail", "ItemsPath": "$.shipped", "ItemProcessor": processor,
             "ItemSelector": {"parcel.$": "$$.Map.Item.Value", "courier.$": "$.courier"},
             "ResultPath": "$.detail.shipped"}  # fmt: skip
    data = {"detail": {"courier": "UQS", "shipped": [{"sku": "a"}, {"sku": "b"}]}}
    played = play(machine(M=state), data, {F: lambda got: got})
    assert played.output["detail"]["shipped"] == [
        {"i": n, "v": sku, "in": {"parcel": {"sku": sku}, "courier": "UQS"}} for n, sku in enumerate("ab")
    ]


@given(count=st.integers(0, 12), concurrency=st.integers(0, 5))
def test_no_more_iterations_than_allowed_run_side_by_side(count, concurrency):
    processor = machine(Nap={"Type": "Wait", "Seconds": 1})
    state = {"Type": "Map", "ItemProcessor": processor, "MaxConcurrency": concurrency}
    played = play(machine(M=state), list(range(count)))
    assert played.output == list(range(count))
    running = most = 0
    for kind in played.types:
        running += (kind == "MapIterationStarted") - (kind == "MapIterationSucceeded")
        most = max(most, running)
    assert most == min(count, concurrency or count)
    assert played.ended_at_ms == -(-count // (concurrency or max(count, 1))) * 1000


def test_more_than_forty_items_are_forty_at_a_time():
    """https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html"""
    state = {"Type": "Map", "ItemProcessor": machine(Nap={"Type": "Wait", "Seconds": 1})}
    assert play(machine(M=state), list(range(81))).ended_at_ms == 3000


def test_an_iteration_that_fails_fails_the_map():
    def odd(data):
        if data == 2:
            raise TaskError("Odd", "two")
        return ...

    state = {
        "Type": "Map",
        "ItemProcessor": machine(T=task()),
        "Catch": [{"ErrorEquals": ["Odd"], "Next": "C"}],
    }
    played = play(machine(M=state, C={"Type": "Pass"}), [1, 2, 3], {F: odd})
    assert played.output == {"Error": "Odd", "Cause": "two"}
    assert played.types.count("MapIterationAborted") == 2


def test_what_is_no_array_cannot_be_mapped():
    state = {"Type": "Map", "ItemProcessor": machine(P={"Type": "Pass"})}
    assert play(machine(M=state), {"a": 1}).error == "States.Runtime"


# -- errors


def failing(error, cause="c"):
    def run(data):
        raise TaskError(error, cause)

    return run


@pytest.mark.parametrize(
    ("names", "error", "caught"),
    [  # https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
        (["Boom"], "Boom", True),
        (["Other"], "Boom", False),
        (["States.ALL"], "Boom", True),
        (["States.TaskFailed"], "Boom", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.Timeout"], "States.HeartbeatTimeout", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
    ],
)
def test_f054_which_names_catch_which_errors(names, error, caught):
    states = machine(T=task(Catch=[{"ErrorEquals": names, "Next": "C"}]), C={"Type": "Succeed"})
    assert (play(states, {}, {F: failing(error)}).status == "SUCCEEDED") is caught


def test_each_retrier_counts_its_own_attempts():
    """https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-examples"""
    errors = iter(["ErrorA", "ErrorB", "ErrorC", "ErrorB", "ErrorB"])

    def run(data):
        raise TaskError(next(errors), "")

    retry = [{"ErrorEquals": ["ErrorA", "ErrorB"], "IntervalSeconds": 1, "BackoffRate": 2.0, "MaxAttempts": 2},
             {"ErrorEquals": ["ErrorC"], "IntervalSeconds": 5}]  # fmt: skip
    played = play(machine(T=task(Retry=retry)), {}, {F: run})
    assert (played.error, played.types.count("LambdaFunctionFailed")) == ("ErrorB", 4)
    assert played.ended_at_ms == (1 + 2 + 5) * 1000


def test_jitter_waits_between_nothing_and_the_whole_delay():
    retry = [
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "JitterStrategy": "FULL", "MaxAttempts": 1}
    ]
    played = play(machine(T=task(Retry=retry)), {}, {F: failing("E")})
    assert 0 < played.ended_at_ms < 100_000


def test_zero_attempts_means_never():
    retry = [{"ErrorEquals": ["E"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]
    played = play(machine(T=task(Retry=retry)), {}, {F: failing("E")})
    assert played.types.count("LambdaFunctionFailed") == 1


def test_the_retry_count_is_in_the_context():
    seen = []

    def run(data):
        seen.append(data["n"])
        raise TaskError("E")

    play(
        machine(
            T=task(
                Parameters={"n.$": "$$.State.RetryCount"}, Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 2}]
            )
        ),
        {},
        {F: run},
    )
    assert seen == [0, 1, 2]


def test_a_fail_state_may_find_its_words_in_the_input():
    """https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html"""
    fail = {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('because of {}', $.why)"}
    played = play(machine(F=fail), {"e": "Mine", "why": "it"})
    assert (played.error, played.cause) == ("Mine", "because of it")


def test_a_timeout_from_the_input():
    played = play(machine(T=task(TimeoutSecondsPath="$.t")), {"t": 9}, {F: lambda data: ...})
    assert (played.error, played.ended_at_ms) == ("States.Timeout", 9000)


def test_f054_data_has_a_limit_on_its_way():
    """https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-task-executions"""
    big = "x" * 262_145
    states = machine(T=task(Parameters={"x.$": "$[0]"}))
    assert play(states, [big], {F: lambda data: 1}).error == "States.DataLimitExceeded"
    assert play(machine(T=task()), {}, {F: lambda data: big}).error == "States.DataLimitExceeded"
    assert (
        play(machine(T=task(ResultPath="$.a")), ["x"], {F: lambda data: 1}).error
        == "States.ResultPathMatchFailure"
    )
    kept = machine(P={"Type": "Pass", "Assign": {"a.$": "States.Array($, $)"}})
    assert play(kept, "x" * 140_000).error == "States.DataLimitExceeded"


# -- any state machine

LEAVES = st.sampled_from(
    [
        {"Type": "Pass"},
        {"Type": "Wait", "Seconds": 3},
        task(),
        task(Retry=[{"ErrorEquals": ["Odd"], "MaxAttempts": 1}]),
        {"Type": "Pass", "Parameters": {"x.$": "$.nothing"}},
    ]
)


@st.composite
def machines(draw, depth=2, names=None):
    """Machines of up to three states in a row, some of them with branches or iterations."""
    names = names if names is not None else iter(range(1000))
    row = {}
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["leaf", "leaf", "parallel", "map"])) if depth else "leaf"
        if kind == "leaf":
            state = dict(draw(LEAVES))
        elif kind == "parallel":
            count = draw(st.integers(1, 3))
            state = {"Type": "Parallel", "Branches": [draw(machines(depth - 1, names)) for _ in range(count)]}
        else:
            state = {"Type": "Map", "MaxConcurrency": draw(st.integers(0, 2)), "ItemProcessor": draw(machines(depth - 1, names)),
                     "InputPath": "$", "ItemsPath": "$$.Execution.Input"}  # fmt: skip
        if state["Type"] in ("Parallel", "Map") and draw(st.booleans()):
            state["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
        row[f"S{next(names)}"] = state
    return machine(**row)


@settings(max_examples=40)
@given(definition=machines(), odds=st.lists(st.booleans(), min_size=1, max_size=6))
def test_every_machine_ends_with_a_history_that_hangs_together(definition, odds):
    calls = []

    def sometimes(data):
        calls.append(data)
        if odds[len(calls) % len(odds)]:
            raise TaskError("Odd")
        return len(calls)

    played = play(definition, [1, 2], {F: sometimes})
    assert played.status in ("SUCCEEDED", "FAILED")
    assert [event.id for event in played.events] == list(range(1, len(played.events) + 1))
    assert all(event.previous_id < event.id for event in played.events)
    assert played.types[-1] == ("ExecutionSucceeded" if played.status == "SUCCEEDED" else "ExecutionFailed")
    opened = sum(kind.endswith("StateEntered") for kind in played.types)
    closed = sum(kind.endswith("StateExited") for kind in played.types)
    assert closed <= opened
    if not any(kind.endswith("Failed") for kind in played.types):
        assert closed == opened
    calls.clear()
    assert (
        play(definition, [1, 2], {F: sometimes}) == played
    )  # nothing depends on chance or on an earlier run
