"""Quotas and defaults of Step Functions, each under the page that states it."""

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
ACTIVITIES_MAX = 100_000
DEFINITION_BYTES_MAX = 1_048_576
EXECUTION_RETENTION_MS = 90 * 24 * 3_600_000
EXPRESS_MS_MAX = 5 * 60_000
HISTORY_EVENTS_MAX = 25_000
INPUT_BYTES_MAX = 262_144
REDRIVE_MS_MAX = 14 * 24 * 3_600_000
STATE_MACHINES_MAX = 100_000
TAGS_MAX = 50
VERSIONS_MAX = 1_000
ALIASES_MAX = 100

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
ACTIVITY_POLL_MS = 60_000

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
PAGE_DEFAULT = 100
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
DIAGNOSTICS_MAX = 100
# https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
EVENT_DATA_BYTES_MAX = 248 * 1024
# https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
MAP_ITEMS_MAX = 100_000_000
