"""The services of the chamber, by botocore's names. Each package is loaded on its first call."""

SERVICES = {
    "apigateway": "cloudchamber.services.apigateway",
    "apigatewayv2": "cloudchamber.services.apigatewayv2",
    "cloudformation": "cloudchamber.services.cloudformation",
    "cloudwatch": "cloudchamber.services.cloudwatch",
    "dynamodb": "cloudchamber.services.dynamodb",
    "dynamodbstreams": "cloudchamber.services.dynamodbstreams",
    "events": "cloudchamber.services.events",
    "iam": "cloudchamber.services.iam",
    "kinesis": "cloudchamber.services.kinesis",
    "lambda": "cloudchamber.services.lambda_",
    "logs": "cloudchamber.services.logs",
    "pipes": "cloudchamber.services.pipes",
    "s3": "cloudchamber.services.s3",
    "scheduler": "cloudchamber.services.scheduler",
    "schemas": "cloudchamber.services.schemas",
    "secretsmanager": "cloudchamber.services.secretsmanager",
    "sns": "cloudchamber.services.sns",
    "sqs": "cloudchamber.services.sqs",
    "ssm": "cloudchamber.services.ssm",
    "stepfunctions": "cloudchamber.services.stepfunctions",
    "sts": "cloudchamber.services.sts",
}

# Who answers requests to what users deployed, by host label: the first service that knows the identifier.
HTTP_SERVICES: dict[str, tuple[str, ...]] = {
    "cloudformation-response": ("cloudformation",),
    "execute-api": ("apigatewayv2", "apigateway"),
    "lambda-url": ("lambda",),
    "s3-browser": ("s3",),
    "sns-certificate": ("sns",),
}
