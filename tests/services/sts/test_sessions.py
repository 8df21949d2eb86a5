"""Who is calling, and temporary credentials."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.aws import Call
from cloudchamber.aws.credentials import ALPHABET, access_key_id, account_of_key
from cloudchamber.gateway.router import account_of

ROLE = "arn:aws:iam::123456789012:role/service/demo"


async def as_key(cloud, key, operation, account="123456789012", **request):
    call = Call("sts", operation, request, "x", account, "us-east-1", access_key=key)
    return await cloud.clock.run(cloud.cloud.call(call))


@given(st.integers(0, 10**12 - 1), st.text(ALPHABET, min_size=4, max_size=4))
def test_every_key_carries_its_account(number, chance):
    key = access_key_id("ASIA", f"{number:012d}", chance)
    assert len(key) == 20
    assert account_of_key(key) == account_of(key) == f"{number:012d}"


@pytest.mark.parametrize("key", ["", "AKIAIOSFODNN7EXAMPLE", "ASIACHMB77777777AAAA", "ASIACHMB1aaaaaaaAAAA"])
def test_a_key_made_elsewhere_carries_no_account(key):
    assert account_of_key(key) is None


async def test_the_caller_is_the_root_of_the_account_by_default(cloud):
    assert await cloud("sts", "GetCallerIdentity") == {
        "UserId": "123456789012",
        "Account": "123456789012",
        "Arn": "arn:aws:iam::123456789012:root",
    }


async def test_a_role_session_is_its_own_caller_until_it_expires(cloud, error_of):
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
    made = await cloud("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="bob", DurationSeconds=900)
    key, user = made["Credentials"]["AccessKeyId"], made["AssumedRoleUser"]
    assert key.startswith("ASIA")
    assert account_of(key) == "123456789012"
    assert user["Arn"] == "arn:aws:sts::123456789012:assumed-role/demo/bob"
    assert user["AssumedRoleId"].startswith("AROA")
    assert user["AssumedRoleId"].endswith(":bob")
    assert "PackedPolicySize" not in made
    who = await as_key(cloud, key, "GetCallerIdentity")
    assert who == {"UserId": user["AssumedRoleId"], "Account": "123456789012", "Arn": user["Arn"]}
    await cloud.clock.advance(900_000)
    assert (await error_of(as_key(cloud, key, "GetCallerIdentity"))).code == "ExpiredToken"


async def test_a_role_of_another_account_gives_keys_of_that_account(cloud):
    arn = "arn:aws:iam::999988887777:role/x"
    made = await cloud("sts", "AssumeRole", RoleArn=arn, RoleSessionName="bob")
    key = made["Credentials"]["AccessKeyId"]
    assert account_of(key) == "999988887777"
    who = await as_key(cloud, key, "GetCallerIdentity", account="999988887777")
    assert who["Arn"] == "arn:aws:sts::999988887777:assumed-role/x/bob"


async def test_no_two_sessions_share_a_key(cloud):
    keys = {
        (await cloud("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="bob"))["Credentials"]["AccessKeyId"]
        for _ in range(50)
    }
    assert len(keys) == 50


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        ({"RoleArn": "arn:aws:iam::123456789012:user/x"}, "ValidationError", "Request ARN is invalid"),
        (
            {"DurationSeconds": 899},
            "ValidationError",
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
            "Member must have value greater than or equal to 900",
        ),
        ({"Policy": "{"}, "MalformedPolicyDocumentException", "This policy contains invalid Json"),
        (
            {"Policy": json.dumps({"Statement": "x" * 2048})},
            "PackedPolicyTooLargeException",
            "The total packed size of the session policies and session tags combined was too large.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]},
            "ValidationError",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
    ],
)
async def test_a_bad_request_for_a_role_is_told_in_the_words_of_aws(cloud, error_of, request_, code, text):
    request = {"RoleArn": ROLE, "RoleSessionName": "bob"} | request_
    error = await error_of(cloud("sts", "AssumeRole", **request))
    assert (error.code, error.message) == (code, text)


async def test_chained_roles_last_an_hour_at_most(cloud, error_of):
    made = await cloud("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="bob")
    key = made["Credentials"]["AccessKeyId"]
    error = await error_of(
        as_key(cloud, key, "AssumeRole", RoleArn=ROLE, RoleSessionName="two", DurationSeconds=3601)
    )
    assert error.message == (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    )
    again = await as_key(cloud, key, "AssumeRole", RoleArn=ROLE, RoleSessionName="two")
    assert again["Credentials"]["Expiration"] == cloud.clock.now_ms() // 1000 + 3600


async def test_a_session_token_stands_for_its_caller_and_begets_no_other(cloud, error_of):
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html"""
    made = await cloud("sts", "GetSessionToken", DurationSeconds=7200)
    key = made["Credentials"]["AccessKeyId"]
    assert made["Credentials"]["Expiration"] == cloud.clock.now_ms() // 1000 + 3600
    assert (await as_key(cloud, key, "GetCallerIdentity"))["Arn"] == "arn:aws:iam::123456789012:root"
    error = await error_of(as_key(cloud, key, "GetSessionToken"))
    assert (error.code, error.message) == (
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
    )


async def test_a_federated_user_is_named(cloud):
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html"""
    policy = '{"Statement":[]}'
    made = await cloud("sts", "GetFederationToken", Name="Jean", Policy=policy)
    arn = "arn:aws:sts::123456789012:federated-user/Jean"
    assert made["FederatedUser"] == {"FederatedUserId": "123456789012:Jean", "Arn": arn}
    assert made["PackedPolicySize"] == 1
    who = await as_key(cloud, made["Credentials"]["AccessKeyId"], "GetCallerIdentity")
    assert who["Arn"] == arn


def jwt(**claims):
    return "e30." + base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=") + ".sig"


async def test_a_web_identity_gives_its_claims(cloud, error_of):
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html"""
    ask = {"RoleArn": ROLE, "RoleSessionName": "app1"}
    token = jwt(sub="amzn1.account.AF6RHO7KZU5XRVQJGXK6HEXAMPLE", aud="client", iss="www.amazon.com")
    made = await cloud("sts", "AssumeRoleWithWebIdentity", WebIdentityToken=token, **ask)
    assert made["SubjectFromWebIdentityToken"] == "amzn1.account.AF6RHO7KZU5XRVQJGXK6HEXAMPLE"
    assert (made["Audience"], made["Provider"]) == ("client", "www.amazon.com")
    for bad, code in (("nonsense", "InvalidIdentityTokenException"), (jwt(exp=1), "ExpiredTokenException")):
        error = await error_of(cloud("sts", "AssumeRoleWithWebIdentity", WebIdentityToken=bad, **ask))
        assert error.code == code


async def test_a_saml_assertion_names_the_session(cloud, error_of):
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html"""
    assertion = """<r xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion"><s:Issuer>https://idp</s:Issuer>
      <s:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">bob</s:NameID>
      <s:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName">
      <s:AttributeValue>bob@example.com</s:AttributeValue></s:Attribute></r>"""
    ask = {"RoleArn": ROLE, "PrincipalArn": "arn:aws:iam::123456789012:saml-provider/idp"}
    text = base64.b64encode(assertion.encode()).decode()
    made = await cloud("sts", "AssumeRoleWithSAML", SAMLAssertion=text, **ask)
    assert made["AssumedRoleUser"]["Arn"].endswith(":assumed-role/demo/bob@example.com")
    assert (made["Subject"], made["SubjectType"], made["Issuer"]) == ("bob", "persistent", "https://idp")
    error = await error_of(cloud("sts", "AssumeRoleWithSAML", SAMLAssertion="AAAA", **ask))
    assert error.code == "InvalidIdentityTokenException"


async def test_the_account_of_a_key_is_known(cloud):
    key = access_key_id("AKIA", "000000000042", "ABCD")
    assert await cloud("sts", "GetAccessKeyInfo", AccessKeyId=key) == {"Account": "000000000042"}
