"""Who is calling, and whose a key is."""

from __future__ import annotations

from typing import Any

from cloudchamber.aws import AwsError, Context
from cloudchamber.aws.credentials import account_of_key
from cloudchamber.services.sts.errors import ExpiredToken
from cloudchamber.services.sts.operations.sessions import user_or_root
from cloudchamber.services.sts.records import SESSIONS


def get_caller_identity(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The session, the user or the root of the account. Raises ExpiredToken.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    session = SESSIONS.get(ctx, ctx.access_key) if ctx.access_key else None
    if session:
        if session.expires_at_ms <= ctx.now_ms:
            raise ExpiredToken()
        return {"UserId": session.user_id, "Account": ctx.account, "Arn": session.arn}
    arn, user_id = user_or_root(ctx)
    return {"UserId": user_id, "Account": ctx.account, "Arn": arn}


def find_session(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The session of a temporary access key, for whoever verifies requests. Raises InvalidClientTokenId or ExpiredToken."""
    session = SESSIONS.get(ctx, request["AccessKeyId"])
    if session is None:
        raise AwsError(
            "InvalidClientTokenId", "The security token included in the request is invalid.", status=403
        )
    if session.expires_at_ms <= ctx.now_ms:
        raise ExpiredToken()
    return {"Arn": session.arn, "SecretAccessKey": session.secret_key}


def get_access_key_info(ctx: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The account a key carries; a key made elsewhere acts in the caller's account.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
    """
    return {"Account": account_of_key(request["AccessKeyId"]) or ctx.account}
