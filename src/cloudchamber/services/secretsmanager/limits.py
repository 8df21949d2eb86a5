"""Quotas and defaults of Secrets Manager, each under the page that states it."""

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
RECOVERY_DAYS_DEFAULT = 30
RECOVERY_DAYS_MIN = 7
RECOVERY_DAYS_MAX = 30

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
VALUE_BYTES_MAX = 65_536
VERSIONS_MAX = 100
STAGES_MAX = 20
TAGS_MAX = 50
DEPRECATED_KEPT_MS = 86_400_000

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
PASSWORD_LENGTH_DEFAULT = 32

# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
LISTED_DEFAULT = 100
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
BATCH_DEFAULT = 20
