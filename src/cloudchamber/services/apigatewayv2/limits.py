"""Quotas and defaults of HTTP APIs, each under the page that states it."""

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
INTEGRATION_TIMEOUT_MS_MAX = 30_000
PAYLOAD_BYTES_MAX = 10 * 1024 * 1024
HEADERS_BYTES_MAX = 10_240
ROUTES_MAX = 300
INTEGRATIONS_MAX = 300
AUTHORIZERS_MAX = 10
STAGES_MAX = 10

# https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
INTEGRATION_TIMEOUT_MS_MIN = 50

# https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
PAGE_COUNT_DEFAULT = 1_000
