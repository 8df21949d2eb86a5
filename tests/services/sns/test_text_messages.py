"""Text messages: settings, and the numbers of the sandbox."""

import pytest

NUMBER = "+15555550100"


async def test_settings_are_kept_and_given_by_name(cloud):
    """https://docs.aws.amazon.com/sns/latest/api/API_SetSMSAttributes.html"""
    assert (await cloud("sns", "GetSMSAttributes"))["attributes"] == {"MonthlySpendLimit": "1"}
    await cloud("sns", "SetSMSAttributes", attributes={"DefaultSMSType": "Transactional"})
    await cloud("sns", "SetSMSAttributes", attributes={"DefaultSenderID": "mySender"})
    both = {"DefaultSMSType": "Transactional", "DefaultSenderID": "mySender"}
    assert (await cloud("sns", "GetSMSAttributes"))["attributes"] == {"MonthlySpendLimit": "1"} | both
    wanted = await cloud("sns", "GetSMSAttributes", attributes=["DefaultSMSType", "UsageReportS3Bucket"])
    assert wanted["attributes"] == {"DefaultSMSType": "Transactional"}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("DefaultSMSType", "Urgent", "Urgent is not valid for DefaultSMSType"),
        ("DefaultSenderID", "123", "123 is not valid for DefaultSenderID"),
        ("DefaultSenderID", "twelveletter", "twelveletter is not valid for DefaultSenderID"),
        ("DeliveryStatusSuccessSamplingRate", "101", "101 is not valid for DeliveryStatusSuccessSamplingRate"),
        ("MonthlySpendLimit", "-1", "-1 is not valid for MonthlySpendLimit"),
        ("DeliveryStatusIAMRole", "role", "role is not valid for DeliveryStatusIAMRole"),
        ("Wings", "2", "Invalid attribute name: Wings"),
    ],
)  # fmt: skip
async def test_a_setting_that_cannot_be_changes_nothing(cloud, error_of, name, value, text):
    error = await error_of(
        cloud("sns", "SetSMSAttributes", attributes={"DefaultSMSType": "Promotional", name: value})
    )
    assert error.message == f"Invalid parameter: attributes Reason: {text}"
    assert (await cloud("sns", "GetSMSAttributes"))["attributes"] == {"MonthlySpendLimit": "1"}


async def test_a_number_of_the_sandbox_is_verified_by_the_password_it_was_sent(cloud, error_of):
    """https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox-verifying-phone-numbers.html"""
    await cloud("sns", "CreateSMSSandboxPhoneNumber", PhoneNumber=NUMBER)
    (captured,) = (await cloud("sns", "list_captured_messages"))["Messages"]
    assert (captured["Protocol"], captured["Endpoint"]) == ("sms", NUMBER)
    password = captured["Message"].removesuffix(".").rpartition(" ")[2]

    async def states():
        found = await cloud("sns", "ListSMSSandboxPhoneNumbers")
        return [(each["PhoneNumber"], each["Status"]) for each in found["PhoneNumbers"]]

    wrong = str((int(password) + 1) % 10**6).zfill(6)
    error = await error_of(
        cloud("sns", "VerifySMSSandboxPhoneNumber", PhoneNumber=NUMBER, OneTimePassword=wrong)
    )
    assert (error.code, await states()) == ("VerificationException", [(NUMBER, "Pending")])
    await cloud("sns", "VerifySMSSandboxPhoneNumber", PhoneNumber=NUMBER, OneTimePassword=password)
    assert await states() == [(NUMBER, "Verified")]
    await cloud("sns", "DeleteSMSSandboxPhoneNumber", PhoneNumber=NUMBER)
    error = await error_of(cloud("sns", "DeleteSMSSandboxPhoneNumber", PhoneNumber=NUMBER))
    assert (error.code, await states()) == ("ResourceNotFoundException", [])


async def test_the_sandbox_has_ten_numbers_at_most_and_lists_them_in_pages(cloud, error_of):
    numbers = [f"+1555555010{index}" for index in range(10)]
    for number in numbers:
        await cloud("sns", "CreateSMSSandboxPhoneNumber", PhoneNumber=number)
    error = await error_of(cloud("sns", "CreateSMSSandboxPhoneNumber", PhoneNumber="+15555550110"))
    assert error.code == "UserErrorException"
    first = await cloud("sns", "ListSMSSandboxPhoneNumbers", MaxResults=7)
    second = await cloud("sns", "ListSMSSandboxPhoneNumbers", MaxResults=7, NextToken=first["NextToken"])
    listed = [each["PhoneNumber"] for each in first["PhoneNumbers"] + second["PhoneNumbers"]]
    assert (listed, second.get("NextToken")) == (numbers, None)


async def test_nobody_has_opted_out(cloud, error_of):
    answer = await cloud("sns", "CheckIfPhoneNumberIsOptedOut", phoneNumber=NUMBER)
    assert answer == {"isOptedOut": False}
    assert (await cloud("sns", "ListPhoneNumbersOptedOut"))["phoneNumbers"] == []
    error = await error_of(cloud("sns", "CheckIfPhoneNumberIsOptedOut", phoneNumber="x"))
    assert error.message == "Invalid parameter: PhoneNumber Reason: x is not valid to publish to"


async def test_a_topic_keeps_its_data_protection_policy(cloud, room, error_of):
    """https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html"""
    topic, policy = await room.topic(), '{"Name":"p","Version":"2021-06-01","Statement":[]}'
    await cloud("sns", "PutDataProtectionPolicy", ResourceArn=topic, DataProtectionPolicy=policy)
    got = await cloud("sns", "GetDataProtectionPolicy", ResourceArn=topic)
    assert got == {"DataProtectionPolicy": policy}
    for bad in ("{", "[]", f'{{"x":"{"y" * 30_720}"}}'):
        error = await error_of(
            cloud("sns", "PutDataProtectionPolicy", ResourceArn=topic, DataProtectionPolicy=bad)
        )
        assert error.message == "Invalid parameter: DataProtectionPolicy"
    assert await cloud("sns", "GetDataProtectionPolicy", ResourceArn=topic) == got
    await cloud("sns", "PutDataProtectionPolicy", ResourceArn=topic, DataProtectionPolicy="")
    assert await cloud("sns", "GetDataProtectionPolicy", ResourceArn=topic) == {}
