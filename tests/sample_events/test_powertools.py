"""Handlers written with Powertools for AWS Lambda find what its data classes and models promise.

Skipped where Powertools is not installed. Its model of VPC Lattice takes headers as texts; AWS documents lists of them.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

from cloudchamber.sample_events import build

pytest.importorskip("aws_lambda_powertools", reason="Powertools for AWS Lambda is not installed")

DATA = "aws_lambda_powertools.utilities.data_classes"
COGNITO = "cognito_user_pool_event"
CLASSES = [  # source, kind, module, class
    ("alb", "request", "alb_event", "ALBEvent"),
    ("apigateway", "authorizer", "api_gateway_authorizer_event", "APIGatewayAuthorizerTokenEvent"),
    ("apigateway", "aws-proxy", "api_gateway_proxy_event", "APIGatewayProxyEvent"),
    ("apigateway", "http-api-authorizer", "api_gateway_authorizer_event", "APIGatewayAuthorizerEventV2"),
    ("apigateway", "http-api-proxy", "api_gateway_proxy_event", "APIGatewayProxyEventV2"),
    ("apigateway", "request-authorizer", "api_gateway_authorizer_event", "APIGatewayAuthorizerRequestEvent"),
    ("apigateway", "websocket-connect", "api_gateway_websocket_event", "APIGatewayWebSocketEvent"),
    ("apigateway", "websocket-disconnect", "api_gateway_websocket_event", "APIGatewayWebSocketEvent"),
    ("apigateway", "websocket-message", "api_gateway_websocket_event", "APIGatewayWebSocketEvent"),
    ("appsync", "authorizer", "appsync_authorizer_event", "AppSyncAuthorizerEvent"),
    ("appsync", "resolver", "appsync_resolver_event", "AppSyncResolverEvent"),
    (
        "cloudformation",
        "create-request",
        "cloudformation_custom_resource_event",
        "CloudFormationCustomResourceEvent",
    ),
    (
        "cloudformation",
        "update-request",
        "cloudformation_custom_resource_event",
        "CloudFormationCustomResourceEvent",
    ),
    ("cloudwatch", "alarm-action", "cloud_watch_alarm_event", "CloudWatchAlarmEvent"),
    ("cloudwatch", "logs", "cloud_watch_logs_event", "CloudWatchLogsEvent"),
    ("codedeploy", "lifecycle-hook", "code_deploy_lifecycle_hook_event", "CodeDeployLifecycleHookEvent"),
    ("codepipeline", "job", "code_pipeline_job_event", "CodePipelineJobEvent"),
    ("cognito", "create-auth-challenge", COGNITO, "CreateAuthChallengeTriggerEvent"),
    ("cognito", "custom-email-sender", COGNITO, "CustomEmailSenderTriggerEvent"),
    ("cognito", "custom-message", COGNITO, "CustomMessageTriggerEvent"),
    ("cognito", "custom-sms-sender", COGNITO, "CustomSMSSenderTriggerEvent"),
    ("cognito", "define-auth-challenge", COGNITO, "DefineAuthChallengeTriggerEvent"),
    ("cognito", "migrate-user", COGNITO, "UserMigrationTriggerEvent"),
    ("cognito", "post-authentication", COGNITO, "PostAuthenticationTriggerEvent"),
    ("cognito", "post-confirmation", COGNITO, "PostConfirmationTriggerEvent"),
    ("cognito", "pre-authentication", COGNITO, "PreAuthenticationTriggerEvent"),
    ("cognito", "pre-sign-up", COGNITO, "PreSignUpTriggerEvent"),
    ("cognito", "pre-token-generation", COGNITO, "PreTokenGenerationTriggerEvent"),
    ("cognito", "verify-auth-challenge", COGNITO, "VerifyAuthChallengeResponseTriggerEvent"),
    ("config", "item-change-notification", "aws_config_rule_event", "AWSConfigRuleEvent"),
    ("config", "oversized-item-change-notification", "aws_config_rule_event", "AWSConfigRuleEvent"),
    ("config", "periodic-rule", "aws_config_rule_event", "AWSConfigRuleEvent"),
    ("connect", "contact-flow-event", "connect_contact_flow_event", "ConnectContactFlowEvent"),
    ("dynamodb", "expire", "dynamo_db_stream_event", "DynamoDBStreamEvent"),
    ("dynamodb", "update", "dynamo_db_stream_event", "DynamoDBStreamEvent"),
    ("ecs", "task-state-change", "event_bridge_event", "EventBridgeEvent"),
    ("function-url", "request", "lambda_function_url_event", "LambdaFunctionUrlEvent"),
    ("iot", "thing", "iot_registry_event", "IoTCoreThingEvent"),
    ("kafka", "records", "kafka_event", "KafkaEvent"),
    ("kinesis", "cloudwatch-logs-processor", "kinesis_firehose_event", "KinesisFirehoseEvent"),
    ("kinesis", "get-records", "kinesis_stream_event", "KinesisStreamEvent"),
    ("kinesis", "streams-as-source", "kinesis_firehose_event", "KinesisFirehoseEvent"),
    ("mq", "active-mq", "active_mq_event", "ActiveMQEvent"),
    ("mq", "rabbit-mq", "rabbit_mq_event", "RabbitMQEvent"),
    ("msk", "records", "kafka_event", "KafkaEvent"),
    ("s3", "batch-invocation", "s3_batch_operation_event", "S3BatchOperationEvent"),
    ("s3", "object-created", "s3_event", "S3EventBridgeNotificationEvent"),
    ("s3", "object-deleted", "s3_event", "S3EventBridgeNotificationEvent"),
    ("s3", "object-lambda", "s3_object_event", "S3ObjectLambdaEvent"),
    ("s3", "put", "s3_event", "S3Event"),
    ("secretsmanager", "rotation", "secrets_manager_event", "SecretsManagerEvent"),
    ("ses", "email-receiving", "ses_event", "SESEvent"),
    ("sns", "notification", "sns_event", "SNSEvent"),
    ("sqs", "fifo", "sqs_event", "SQSEvent"),
    ("sqs", "receive-message", "sqs_event", "SQSEvent"),
    ("transfer", "identity", "transfer_family_event", "TransferFamilyAuthorizer"),
    ("vpc-lattice", "request", "vpc_lattice", "VPCLatticeEventV2"),
]
MODELS = [  # source, kind, model of the parser
    ("alb", "request", "AlbModel"),
    ("apigateway", "authorizer", "ApiGatewayAuthorizerToken"),
    ("apigateway", "aws-proxy", "APIGatewayProxyEventModel"),
    ("apigateway", "http-api-proxy", "APIGatewayProxyEventV2Model"),
    ("apigateway", "websocket-connect", "APIGatewayWebSocketConnectEventModel"),
    ("apigateway", "websocket-disconnect", "APIGatewayWebSocketDisconnectEventModel"),
    ("apigateway", "websocket-message", "APIGatewayWebSocketMessageEventModel"),
    ("appsync", "resolver", "AppSyncResolverEventModel"),
    ("cloudformation", "create-request", "CloudFormationCustomResourceCreateModel"),
    ("cloudformation", "delete-request", "CloudFormationCustomResourceDeleteModel"),
    ("cloudformation", "update-request", "CloudFormationCustomResourceUpdateModel"),
    ("cloudwatch", "logs", "CloudWatchLogsModel"),
    ("dynamodb", "expire", "DynamoDBStreamModel"),
    ("dynamodb", "update", "DynamoDBStreamModel"),
    ("ecs", "task-state-change", "EventBridgeModel"),
    ("function-url", "request", "LambdaFunctionUrlModel"),
    ("kafka", "records", "KafkaSelfManagedEventModel"),
    ("kinesis", "get-records", "KinesisDataStreamModel"),
    ("kinesis", "kinesis-firehose", "KinesisFirehoseModel"),
    ("kinesis", "streams-as-source", "KinesisFirehoseModel"),
    ("lambda", "dynamodb-on-failure", "DynamoDBStreamLambdaOnFailureDestinationModel"),
    ("msk", "records", "KafkaMskEventModel"),
    ("s3", "batch-invocation", "S3BatchOperationModel"),
    ("s3", "delete", "S3Model"),
    ("s3", "object-created", "S3EventNotificationEventBridgeModel"),
    ("s3", "object-lambda", "S3ObjectLambdaEvent"),
    ("s3", "put", "S3Model"),
    ("ses", "email-receiving", "SesModel"),
    ("sns", "notification", "SnsModel"),
    ("sqs", "fifo", "SqsModel"),
    ("sqs", "receive-message", "SqsModel"),
    ("transfer", "identity", "TransferFamilyAuthorizer"),
]
NOT_OF_THE_EVENT = {  # what needs an AWS session, a body that is JSON or text, or is of another kind's event
    "authorization_token",  # of TOKEN authorizers
    "connection_id",  # of older messages of Amazon MQ
    "data_as_text",
    "decoded_nested_s3_event",
    "decoded_nested_sns_event",
    "decoded_user_parameters",
    "identity_source",  # of HTTP APIs
    "json_body",
    "user_name",  # of IAM users
    "version",  # of HTTP APIs
}


def read_all(value: Any, depth: int = 0) -> None:
    """Read every property of a data class, and of what it holds. Raises KeyError for a member that is not there."""
    if isinstance(value, list | tuple):
        for entry in value:
            read_all(entry, depth)
    if not type(value).__module__.startswith(DATA) or depth > 8:
        return
    for name, _ in inspect.getmembers(type(value), lambda member: isinstance(member, property)):
        if name not in NOT_OF_THE_EVENT:
            read = getattr(value, name)
            read_all(list(read) if inspect.isgenerator(read) else read, depth + 1)


@pytest.mark.parametrize(("source", "kind", "module", "class_name"), CLASSES)
def test_a_data_class_finds_what_it_reads(source: str, kind: str, module: str, class_name: str) -> None:
    data_class = getattr(importlib.import_module(f"{DATA}.{module}"), class_name)
    given = (
        {"version_id": "v1"} if source == "s3" and kind.startswith("object-") and "lambda" not in kind else {}
    )
    read_all(data_class(build(source, kind, **given)))


@pytest.mark.parametrize(("source", "kind", "model"), MODELS)
def test_a_model_takes_the_event(source: str, kind: str, model: str) -> None:
    pytest.importorskip("pydantic", reason="the models need pydantic")
    models = importlib.import_module("aws_lambda_powertools.utilities.parser.models")
    getattr(models, model).model_validate(build(source, kind))
