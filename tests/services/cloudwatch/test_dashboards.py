"""Dashboards: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html."""

BODY = '{"widgets": []}'


async def test_a_dashboard_is_kept_as_it_was_given(cloud):
    await cloud("cloudwatch", "PutDashboard", DashboardName="d", DashboardBody=BODY)
    found = await cloud("cloudwatch", "GetDashboard", DashboardName="d")
    arn = "arn:aws:cloudwatch::123456789012:dashboard/d"
    assert found == {"DashboardArn": arn, "DashboardBody": BODY, "DashboardName": "d"}
    (entry,) = (await cloud("cloudwatch", "ListDashboards", DashboardNamePrefix="d"))["DashboardEntries"]
    assert (entry["DashboardArn"], entry["Size"]) == (arn, len(BODY))


async def test_bodies_that_are_no_objects_are_refused(cloud, error_of):
    error = await error_of(cloud("cloudwatch", "PutDashboard", DashboardName="d", DashboardBody="[]"))
    assert (error.code, error.message) == (
        "DashboardInvalidInputError",
        "The field DashboardBody must be a valid JSON object",
    )


async def test_all_or_none_are_deleted(cloud, error_of):
    await cloud("cloudwatch", "PutDashboard", DashboardName="d", DashboardBody=BODY)
    error = await error_of(cloud("cloudwatch", "DeleteDashboards", DashboardNames=["d", "e"]))
    assert error.message == "Dashboard e does not exist"
    await cloud("cloudwatch", "DeleteDashboards", DashboardNames=["d"])
    assert (await cloud("cloudwatch", "ListDashboards"))["DashboardEntries"] == []
