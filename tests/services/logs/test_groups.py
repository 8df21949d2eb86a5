"""Log groups, streams, filters, tags and policies."""

import pytest

ARN = "arn:aws:logs:us-east-1:123456789012:log-group:"


async def test_a_group_is_described_with_both_of_its_arns(cloud):
    await cloud("logs", "CreateLogGroup", logGroupName="/a/b", tags={"k": "v"})
    (group,) = (await cloud("logs", "DescribeLogGroups", logGroupNamePrefix="/a"))["logGroups"]
    assert (group["arn"], group["logGroupArn"]) == (f"{ARN}/a/b:*", f"{ARN}/a/b")
    assert (group["storedBytes"], group["metricFilterCount"]) == (0, 0)
    assert "retentionInDays" not in group


async def test_a_name_is_taken_once(cloud, error_of):
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    error = await error_of(cloud("logs", "CreateLogGroup", logGroupName="g"))
    assert (error.code, error.message) == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    await cloud("logs", "CreateLogStream", logGroupName="g", logStreamName="s")
    error = await error_of(cloud("logs", "CreateLogStream", logGroupName="g", logStreamName="s"))
    assert error.message == "The specified log stream already exists"


async def test_constraints_are_reported_as_invalid_parameters(cloud, error_of):
    error = await error_of(cloud("logs", "CreateLogGroup", logGroupName="a b"))
    assert error.code == "InvalidParameterException"
    assert error.message == (
        "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
    )


async def test_groups_are_listed_page_by_page(cloud):
    for name in ("c", "a", "b"):
        await cloud("logs", "CreateLogGroup", logGroupName=name)
    first = await cloud("logs", "DescribeLogGroups", limit=2)
    rest = await cloud("logs", "DescribeLogGroups", limit=2, nextToken=first["nextToken"])
    assert [g["logGroupName"] for g in first["logGroups"] + rest["logGroups"]] == ["a", "b", "c"]
    assert "nextToken" not in rest


@pytest.mark.parametrize("days", [0, 2, 366, 9999])
async def test_only_some_retentions_are_allowed(cloud, error_of, days):
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    error = await error_of(cloud("logs", "PutRetentionPolicy", logGroupName="g", retentionInDays=days))
    assert error.message.startswith(f"1 validation error detected: Value '{days}' at 'retentionInDays'")
    assert "retentionInDays" not in (await cloud("logs", "DescribeLogGroups"))["logGroups"][0]


async def test_a_protected_group_is_not_deleted(cloud, error_of):
    await cloud("logs", "CreateLogGroup", logGroupName="g", deletionProtectionEnabled=True)
    assert (await error_of(cloud("logs", "DeleteLogGroup", logGroupName="g"))).code == "ValidationException"
    await cloud(
        "logs", "PutLogGroupDeletionProtection", logGroupIdentifier="g", deletionProtectionEnabled=False
    )
    await cloud("logs", "DeleteLogGroup", logGroupName="g")
    assert (await cloud("logs", "DescribeLogGroups"))["logGroups"] == []


async def test_a_deleted_group_leaves_nothing_to_a_new_one_of_its_name(cloud):
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    await cloud("logs", "CreateLogStream", logGroupName="g", logStreamName="s")
    await cloud("logs", "DeleteLogGroup", logGroupName="g")
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    assert (await cloud("logs", "DescribeLogStreams", logGroupName="g"))["logStreams"] == []


async def test_streams_are_ordered_by_name_or_by_their_last_event(cloud, error_of):
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    now = cloud.clock.now_ms()
    for name, at in (("a", 3), ("b", 1), ("c", 2)):
        await cloud("logs", "CreateLogStream", logGroupName="g", logStreamName=name)
        event = {"timestamp": now + at, "message": name}
        await cloud("logs", "PutLogEvents", logGroupName="g", logStreamName=name, logEvents=[event])

    async def names(**asked):
        seen, more = [], {}
        while more is not None:
            page = await cloud("logs", "DescribeLogStreams", logGroupName="g", limit=2, **asked, **more)
            seen += [stream["logStreamName"] for stream in page["logStreams"]]
            more = {"nextToken": page["nextToken"]} if "nextToken" in page else None
        return seen

    assert await names() == ["a", "b", "c"]
    assert await names(descending=True) == ["c", "b", "a"]
    assert await names(orderBy="LastEventTime") == ["b", "c", "a"]
    assert await names(orderBy="LastEventTime", descending=True) == ["a", "c", "b"]
    error = await error_of(names(orderBy="LastEventTime", logStreamNamePrefix="a"))
    assert error.message == "Cannot order by LastEventTime with a logStreamNamePrefix."


async def test_both_tag_apis_see_the_same_tags(cloud, error_of):
    await cloud("logs", "CreateLogGroup", logGroupName="g", tags={"a": "1"})
    await cloud("logs", "TagResource", resourceArn=f"{ARN}g", tags={"b": "2"})
    await cloud("logs", "UntagLogGroup", logGroupName="g", tags=["a"])
    assert await cloud("logs", "ListTagsForResource", resourceArn=f"{ARN}g") == {"tags": {"b": "2"}}
    many = {str(n): "" for n in range(50)}
    error = await error_of(cloud("logs", "TagResource", resourceArn=f"{ARN}g", tags=many))
    assert error.code == "TooManyTagsException"
    assert await cloud("logs", "ListTagsLogGroup", logGroupName="g") == {"tags": {"b": "2"}}


async def test_a_group_takes_two_subscription_filters(cloud, error_of):
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    put = {
        "logGroupName": "g",
        "filterPattern": "",
        "destinationArn": "arn:aws:lambda:us-east-1:1:function:f",
    }
    for name in ("one", "two", "two"):
        await cloud("logs", "PutSubscriptionFilter", filterName=name, **put)
    error = await error_of(cloud("logs", "PutSubscriptionFilter", filterName="three", **put))
    assert (error.code, error.message) == ("LimitExceededException", "Resource limit exceeded.")
    found = (await cloud("logs", "DescribeSubscriptionFilters", logGroupName="g"))["subscriptionFilters"]
    assert [(f["filterName"], f["distribution"]) for f in found] == [
        ("one", "ByLogStream"),
        ("two", "ByLogStream"),
    ]


async def test_metric_filters_are_kept_and_counted(cloud, error_of):
    await cloud("logs", "CreateLogGroup", logGroupName="g")
    metric = {"metricName": "Errors", "metricNamespace": "App", "metricValue": "1"}
    put = {"logGroupName": "g", "filterName": "f", "metricTransformations": [metric]}
    assert (await error_of(cloud("logs", "PutMetricFilter", filterPattern="{ x", **put))).code == (
        "InvalidParameterException"
    )
    await cloud("logs", "PutMetricFilter", filterPattern="ERROR", **put)
    found = await cloud("logs", "DescribeMetricFilters", metricName="Errors", metricNamespace="App")
    assert found["metricFilters"][0]["metricTransformations"] == [metric]
    assert (await cloud("logs", "DescribeLogGroups"))["logGroups"][0]["metricFilterCount"] == 1
    await cloud("logs", "DeleteMetricFilter", logGroupName="g", filterName="f")
    error = await error_of(cloud("logs", "DeleteMetricFilter", logGroupName="g", filterName="f"))
    assert error.message == "The specified metric filter does not exist."


async def test_a_pattern_can_be_tried_out(cloud):
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"""
    line = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 404 1534'
    pattern = "[ip, identity, user_id, timestamp, request, status_code = 4*, size]"
    found = await cloud("logs", "TestMetricFilter", filterPattern=pattern, logEventMessages=["x", line])
    (match,) = found["matches"]
    assert (match["eventNumber"], match["extractedValues"]["$status_code"]) == (2, "404")


async def test_resource_policies_are_kept_by_name(cloud, error_of):
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}'
    await cloud("logs", "PutResourcePolicy", policyName="p", policyDocument=document)
    (policy,) = (await cloud("logs", "DescribeResourcePolicies"))["resourcePolicies"]
    assert (policy["policyName"], policy["policyDocument"]) == ("p", document)
    error = await error_of(cloud("logs", "DeleteResourcePolicy", policyName="q"))
    assert error.message == "Policy with name [q] does not exist."
