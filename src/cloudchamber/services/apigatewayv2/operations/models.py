"""Models: kept, and used by nothing in HTTP APIs.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-models.html
"""

from __future__ import annotations

import msgspec

from cloudchamber.aws import Context
from cloudchamber.services.apigatewayv2.errors import BadRequestException
from cloudchamber.services.apigatewayv2.model import Members
from cloudchamber.services.apigatewayv2.operations.parts import Noun


def check_model(ctx: Context, api_id: str, members: Members) -> Members:
    """A model as it is kept. Raises BadRequestException when its schema is no JSON."""
    try:
        msgspec.json.decode(members["Schema"])
    except msgspec.DecodeError:
        raise BadRequestException("Model schema is not valid JSON") from None
    return {"ContentType": "application/json"} | members


MODEL = Noun("Model", check_model)
