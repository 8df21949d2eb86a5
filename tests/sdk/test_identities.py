"""Who is calling: roots, users, sessions, and signatures that are verified."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.sdk.conftest import start, stop

pytestmark = pytest.mark.sdk
TRUST = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}"""


def signed(endpoint: str, service: str, key: str, secret: str, token: str | None = None):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )


@pytest.fixture(scope="module")
def strict():
    running = start("--verify-signatures")
    yield running.endpoint
    stop(running)


def test_twelve_digits_as_the_key_choose_the_account(client):
    identity = client("sts", key="123456789012").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == ("123456789012", "arn:aws:iam::123456789012:root")
    assert client("sts").get_caller_identity()["Account"] == "000000000000"


def test_accounts_and_regions_do_not_see_each_other(client):
    client("sqs", key="111111111111").create_queue(QueueName="mine")
    assert "QueueUrls" not in client("sqs", key="222222222222").list_queues()
    assert "QueueUrls" not in client("sqs", key="111111111111", region="eu-west-1").list_queues()


def test_a_session_acts_as_its_role(client, endpoint):
    role = client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)["Role"]
    session = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
    keys = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    identity = signed(endpoint, "sts", *keys).get_caller_identity()
    assert identity["Arn"] == "arn:aws:sts::000000000000:assumed-role/worker/me"


def test_a_wrong_secret_is_refused_when_signatures_are_verified(strict):
    signed(strict, "sqs", "test", "test").list_queues()
    with pytest.raises(ClientError) as refused:
        signed(strict, "sqs", "test", "wrong").list_queues()
    assert refused.value.response["Error"]["Code"] in ("SignatureDoesNotMatch", "InvalidSignatureException")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_keys_of_a_user_are_verified_with_their_own_secret(strict):
    iam = signed(strict, "iam", "test", "test")
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    identity = signed(strict, "sts", key["AccessKeyId"], key["SecretAccessKey"]).get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::000000000000:user/ann"
    iam.update_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    with pytest.raises(ClientError):
        signed(strict, "sts", key["AccessKeyId"], key["SecretAccessKey"]).get_caller_identity()
