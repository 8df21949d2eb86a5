"""Quotas and defaults of REST APIs, each under the page that states it."""

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
PAYLOAD_BYTES_MAX = 10 * 1024 * 1024
INTEGRATION_TIMEOUT_MS_MIN = 50
INTEGRATION_TIMEOUT_MS_MAX = 29_000
AUTHORIZER_TTL_S_DEFAULT = 300
AUTHORIZER_TTL_S_MAX = 3_600

# https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html
PAGE_COUNT_DEFAULT = 25
PAGE_COUNT_MAX = 500

# https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html
API_KEY_LENGTH_MIN = 20
