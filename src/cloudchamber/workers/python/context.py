"""The context object: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

import os
import time
from typing import Any


class CognitoIdentity:
    """Who called, when a mobile application did through Cognito."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, values: dict[str, Any]) -> None:
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")

    def __repr__(self) -> str:
        return (
            f"CognitoIdentity([cognito_identity_id={self.cognito_identity_id},"
            f"cognito_identity_pool_id={self.cognito_identity_pool_id}])"
        )


class Client:
    """The application that called, as its SDK describes it."""

    __slots__ = ("app_package_name", "app_title", "app_version_code", "app_version_name", "installation_id")

    def __init__(self, values: dict[str, Any]) -> None:
        for name in self.__slots__:
            setattr(self, name, values.get(name))


class ClientContext:
    """What the caller sent as its client context."""

    __slots__ = ("client", "custom", "env")

    def __init__(self, values: dict[str, Any]) -> None:
        self.client = Client(values["client"]) if isinstance(values.get("client"), dict) else None
        self.custom = values.get("custom")
        self.env = values.get("env")


class LambdaContext:
    """What a handler gets as its second argument."""

    def __init__(self, header: dict[str, Any], received_at: float) -> None:
        self.aws_request_id: str = header["id"]
        self.invoked_function_arn: str = header["arn"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.client_context = ClientContext(header["client_context"]) if header["client_context"] else None
        self.identity = CognitoIdentity(header["identity"] or {})
        self._ends_at = received_at + header["remaining_ms"] / 1000

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until this invocation times out."""
        return max(int((self._ends_at - time.monotonic()) * 1000 + 1e-3), 0)

    def log(self, message: object) -> None:
        """Write to the log."""
        os.write(1, str(message).encode())

    def __repr__(self) -> str:
        return (
            f"LambdaContext([aws_request_id={self.aws_request_id},log_group_name={self.log_group_name},"
            f"log_stream_name={self.log_stream_name},function_name={self.function_name},"
            f"memory_limit_in_mb={self.memory_limit_in_mb},function_version={self.function_version},"
            f"invoked_function_arn={self.invoked_function_arn},client_context={self.client_context},"
            f"identity={self.identity}])"
        )
