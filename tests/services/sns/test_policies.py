"""Delivery policies of HTTP subscriptions."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.aws import AwsError
from cloudchamber.services.sns.rules import policies

# https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy
AWS_EXAMPLE = {
    "minDelayTarget": 1,
    "maxDelayTarget": 60,
    "numRetries": 50,
    "numNoDelayRetries": 3,
    "numMinDelayRetries": 2,
    "numMaxDelayRetries": 35,
    "backoffFunction": "exponential",
}


def test_awss_example_has_its_four_phases():
    delays = policies.delays_ms(AWS_EXAMPLE)
    assert (len(delays), delays[:5], set(delays[15:])) == (50, (0, 0, 0, 1_000, 1_000), {60_000})
    assert (delays[5], delays[14]) == (1_000, 60_000)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("linear", (10, 20, 30, 40)),
        ("arithmetic", (10, 15, 25, 40)),
        ("geometric", (10, 15.874, 25.198, 40)),
        ("exponential", (10, 14.286, 22.857, 40)),
    ],
)
def test_each_backoff_function_grows_in_its_own_way(function, expected):
    given_policy = {"minDelayTarget": 10, "maxDelayTarget": 40, "numRetries": 4, "backoffFunction": function}
    delays = policies.delays_ms(policies.RETRY_DEFAULTS | given_policy)
    assert delays == tuple(round(1000 * each) for each in expected)


@given(
    st.sampled_from(["linear", "arithmetic", "geometric", "exponential"]),
    st.integers(1, 3_600),
    st.integers(0, 3_600),
    st.integers(0, 100),
)
def test_delays_grow_from_the_least_to_the_greatest(function, least_s, more_s, count):
    policy = {
        "minDelayTarget": least_s,
        "maxDelayTarget": least_s + more_s,
        "numRetries": count,
        "backoffFunction": function,
    }
    delays = policies.delays_ms(policies.RETRY_DEFAULTS | policy)
    assert len(delays) == count
    assert list(delays) == sorted(delays)
    assert all(1000 * least_s <= each <= 1000 * (least_s + more_s) for each in delays)


def test_without_a_policy_there_are_three_retries_twenty_seconds_apart():
    policy = policies.effective_policy("", "")
    assert (policy.retry.delays_ms, policy.retry.attempts_max) == ((20_000,) * 3, 4)
    assert (policy.content_type, policy.receives_per_s_max) == ("text/plain; charset=UTF-8", 0)


@pytest.mark.parametrize(("disabled", "retries"), [(False, 1), (True, 2)])
def test_a_subscription_overrides_its_topic_unless_that_forbids_it(disabled, retries):
    topic = {
        "http": {"defaultHealthyRetryPolicy": {"numRetries": 2}, "disableSubscriptionOverrides": disabled}
    }
    own = {"healthyRetryPolicy": {"numRetries": 1}}
    policy = policies.effective_policy(json.dumps(topic), json.dumps(own))
    assert policy.retry.attempts_max == 1 + retries


@pytest.mark.parametrize(
    ("policy", "text"),
    [
        ("nonsense", "Invalid parameter: DeliveryPolicy: Unable to parse JSON"),
        (
            {"healthyRetryPolicy": 3},
            "Invalid parameter: DeliveryPolicy: healthyRetryPolicy must be a JSON object",
        ),
        (
            {"healthyRetryPolicy": {"numRetries": 101}},
            "Invalid parameter: DeliveryPolicy: healthyRetryPolicy.numRetries must be a whole number from 0 to 100",
        ),
        (
            {"healthyRetryPolicy": {"minDelayTarget": 21}},
            "Invalid parameter: DeliveryPolicy: healthyRetryPolicy.minDelayTarget must not be greater than maxDelayTarget",
        ),
        (
            {"healthyRetryPolicy": {"numNoDelayRetries": 4}},
            "Invalid parameter: DeliveryPolicy: healthyRetryPolicy.numRetries must not be less than the retries of its phases",
        ),
        (
            {"healthyRetryPolicy": {"minDelayTarget": 900, "maxDelayTarget": 3_600}},
            "Invalid parameter: DeliveryPolicy: healthyRetryPolicy: the total retry time must not be greater than 3600 seconds",
        ),
        (
            {"healthyRetryPolicy": {"backoffFunction": "quick"}},
            "Invalid parameter: DeliveryPolicy: healthyRetryPolicy.backoffFunction must be one of arithmetic, exponential, "
            "geometric, linear",
        ),
        (
            {"throttlePolicy": {"maxReceivesPerSecond": 0}},
            "Invalid parameter: DeliveryPolicy: throttlePolicy.maxReceivesPerSecond must be a whole number from 1 on",
        ),
        (
            {"requestPolicy": {"headerContentType": "text/csv"}},
            "Invalid parameter: DeliveryPolicy: headerContentType: text/csv is not supported",
        ),
    ],
)
def test_a_policy_that_cannot_be_is_refused(policy, text):
    with pytest.raises(AwsError) as raised:
        policies.check_subscription_policy(
            policy if isinstance(policy, str) else json.dumps(policy), raw=False
        )
    assert raised.value.message == text


def test_raw_deliveries_may_have_more_content_types():
    policies.check_subscription_policy(
        '{"requestPolicy":{"headerContentType":"text/csv; charset=UTF-8"}}', raw=True
    )
