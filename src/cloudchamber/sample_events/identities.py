"""Amazon Cognito: the triggers of user pools, and the sync trigger of identity pools.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.encodings import base64_of
from cloudchamber.sample_events.kinds import JsonArray, JsonObject, source
from cloudchamber.sample_events.origin import Origin

_USER = "example-user"
_ATTRIBUTES = (
    '{"sub": "d84894c8-6081-70f5-1bb2-1a3b0f6b2c7c", "email": "user@example.com", '
    '"email_verified": "true", "phone_number": "+12065550100"}'
)
_METADATA = '{"key": "value"}'
_SESSION = '[{"challengeName": "SRP_A", "challengeResult": true}]'


def pre_sign_up(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    client_metadata: JsonObject = _METADATA,
    trigger_source: str = "PreSignUp_SignUp",
) -> dict[str, Any]:
    """A user who signs up.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html
    """
    asked = {"userAttributes": user_attributes, "validationData": None, "clientMetadata": client_metadata}
    answer = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    return _trigger(origin, trigger_source, user_name, asked, answer)


def post_confirmation(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    client_metadata: JsonObject = _METADATA,
    trigger_source: str = "PostConfirmation_ConfirmSignUp",
) -> dict[str, Any]:
    """A user who is confirmed.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html
    """
    asked = {"userAttributes": user_attributes, "clientMetadata": client_metadata}
    return _trigger(origin, trigger_source, user_name, asked, {})


def pre_authentication(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    client_metadata: JsonObject = _METADATA,
    user_not_found: bool = False,
) -> dict[str, Any]:
    """A user who is about to sign in.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-authentication.html
    """
    asked = {
        "userAttributes": user_attributes,
        "validationData": client_metadata,
        "userNotFound": user_not_found,
    }
    return _trigger(origin, "PreAuthentication_Authentication", user_name, asked, {})


def post_authentication(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    client_metadata: JsonObject = _METADATA,
    new_device_used: bool = False,
) -> dict[str, Any]:
    """A user who has signed in.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-authentication.html
    """
    asked = {
        "userAttributes": user_attributes,
        "newDeviceUsed": new_device_used,
        "clientMetadata": client_metadata,
    }
    return _trigger(origin, "PostAuthentication_Authentication", user_name, asked, {})


def pre_token_generation(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    groups: JsonArray = '["group-1", "group-2"]',
    client_metadata: JsonObject = _METADATA,
    trigger_source: str = "TokenGeneration_Authentication",
    trigger_version: int = 1,
) -> dict[str, Any]:
    """Tokens that are about to be made; version 2 can change access tokens too.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
    """
    role = origin.global_arn("iam", "role/sns_caller")
    asked: dict[str, Any] = {
        "userAttributes": user_attributes,
        "groupConfiguration": {
            "groupsToOverride": groups,
            "iamRolesToOverride": [role],
            "preferredRole": role,
        },
        "clientMetadata": client_metadata,
    }
    details = "claimsOverrideDetails"
    if trigger_version > 1:
        asked["scopes"] = ["aws.cognito.signin.user.admin", "openid", "email"]
        details = "claimsAndScopeOverrideDetails"
    made = _trigger(origin, trigger_source, user_name, asked, {details: None})
    return made | {"version": str(trigger_version)}


def migrate_user(
    origin: Origin,
    *,
    user_name: str = _USER,
    password: str = "example-password",
    client_metadata: JsonObject = _METADATA,
    trigger_source: str = "UserMigration_Authentication",
) -> dict[str, Any]:
    """A user who is not in the pool yet.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html
    """
    asked = {"password": password, "validationData": None, "clientMetadata": client_metadata}
    answer = {
        "userAttributes": None,
        "forceAliasCreation": None,
        "enableSMSMFA": None,
        "finalUserStatus": None,
        "messageAction": None,
        "desiredDeliveryMediums": None,
    }
    return _trigger(origin, trigger_source, user_name, asked, answer)


def custom_message(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    client_metadata: JsonObject = _METADATA,
    trigger_source: str = "CustomMessage_SignUp",
) -> dict[str, Any]:
    """A message that is about to be sent to a user.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-message.html
    """
    asked = {
        "userAttributes": user_attributes,
        "codeParameter": "{####}",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": None,
        "clientMetadata": client_metadata,
    }
    return _trigger(
        origin,
        trigger_source,
        user_name,
        asked,
        {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    )


def define_auth_challenge(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    session: JsonArray = _SESSION,
    client_metadata: JsonObject = _METADATA,
) -> dict[str, Any]:
    """Which challenge comes next.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-define-auth-challenge.html
    """
    asked = {
        "userAttributes": user_attributes,
        "session": session,
        "clientMetadata": client_metadata,
        "userNotFound": False,
    }
    answer = {"challengeName": None, "issueTokens": None, "failAuthentication": None}
    return _trigger(origin, "DefineAuthChallenge_Authentication", user_name, asked, answer)


def create_auth_challenge(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    session: JsonArray = _SESSION,
    client_metadata: JsonObject = _METADATA,
) -> dict[str, Any]:
    """A challenge that is to be made.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-create-auth-challenge.html
    """
    asked = {
        "userAttributes": user_attributes,
        "challengeName": "CUSTOM_CHALLENGE",
        "session": session,
        "clientMetadata": client_metadata,
        "userNotFound": False,
    }
    answer = {
        "publicChallengeParameters": None,
        "privateChallengeParameters": None,
        "challengeMetadata": None,
    }
    return _trigger(origin, "CreateAuthChallenge_Authentication", user_name, asked, answer)


def verify_auth_challenge(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    answer: str = "123123",
    private_parameters: JsonObject = '{"answer": "123123"}',
    client_metadata: JsonObject = _METADATA,
) -> dict[str, Any]:
    """An answer to a challenge.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-verify-auth-challenge-response.html
    """
    asked = {
        "userAttributes": user_attributes,
        "privateChallengeParameters": private_parameters,
        "challengeAnswer": answer,
        "clientMetadata": client_metadata,
        "userNotFound": False,
    }
    trigger = "VerifyAuthChallengeResponse_Authentication"
    return _trigger(origin, trigger, user_name, asked, {"answerCorrect": False})


def custom_email_sender(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    code: str = "123456",
    client_metadata: JsonObject = _METADATA,
    trigger_source: str = "CustomEmailSender_SignUp",
) -> dict[str, Any]:
    """A mail with a code that a function sends; on AWS the code is encrypted, here it is in base64.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
    """
    return _sender(origin, "Email", trigger_source, user_name, user_attributes, code, client_metadata)


def custom_sms_sender(
    origin: Origin,
    *,
    user_name: str = _USER,
    user_attributes: JsonObject = _ATTRIBUTES,
    code: str = "123456",
    client_metadata: JsonObject = _METADATA,
    trigger_source: str = "CustomSMSSender_SignUp",
) -> dict[str, Any]:
    """A text message with a code that a function sends; on AWS the code is encrypted, here it is in base64.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sms-sender.html
    """
    return _sender(origin, "SMS", trigger_source, user_name, user_attributes, code, client_metadata)


def _sender(
    origin: Origin,
    by: str,
    trigger_source: str,
    user_name: str,
    attributes: dict[str, Any],
    code: str,
    metadata: dict[str, Any],
) -> dict[str, Any]:
    asked = {
        "type": f"custom{by}SenderRequestV1",
        "code": base64_of(code),
        "clientMetadata": metadata,
        "userAttributes": attributes,
    }
    made = _trigger(origin, trigger_source, user_name, asked, {})
    del made["response"]
    return made


def _trigger(
    origin: Origin, trigger_source: str, user_name: str, asked: dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    return {
        "version": "1",
        "triggerSource": trigger_source,
        "region": origin.region,
        "userPoolId": f"{origin.region}_{origin.token(9)}",
        "userName": user_name,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": origin.letters(26)},
        "request": asked,
        "response": answer,
    }


def sync_trigger(
    origin: Origin,
    *,
    dataset: str = "datasetName",
    records: JsonObject = '{"SampleKey1": {"oldValue": "oldValue1", "newValue": "newValue1", "op": "replace"}, '
    '"SampleKey2": {"oldValue": "oldValue2", "newValue": "newValue2", "op": "replace"}}',
) -> dict[str, Any]:
    """A dataset of Cognito Sync that is synchronized.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-events.html
    """
    return {
        "version": 2,
        "eventType": "SyncTrigger",
        "region": origin.region,
        "identityPoolId": f"{origin.region}:{origin.uuid()}",
        "identityId": f"{origin.region}:{origin.uuid()}",
        "datasetName": dataset,
        "datasetRecords": records,
    }


COGNITO = source(
    "cognito",
    "Amazon Cognito",
    {
        "pre-sign-up": pre_sign_up,
        "post-confirmation": post_confirmation,
        "pre-authentication": pre_authentication,
        "post-authentication": post_authentication,
        "pre-token-generation": pre_token_generation,
        "migrate-user": migrate_user,
        "custom-message": custom_message,
        "define-auth-challenge": define_auth_challenge,
        "create-auth-challenge": create_auth_challenge,
        "verify-auth-challenge": verify_auth_challenge,
        "custom-email-sender": custom_email_sender,
        "custom-sms-sender": custom_sms_sender,
        "sync-trigger": sync_trigger,
    },
)
