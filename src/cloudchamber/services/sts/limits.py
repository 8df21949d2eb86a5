"""Durations and quotas of STS, each under the page that states it. In seconds where AWS counts in seconds."""

# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
ROLE_DURATION_S_DEFAULT = 3_600
CHAINED_DURATION_S_MAX = 3_600
POLICY_CHARACTERS_MAX = 2_048
POLICY_ARNS_MAX = 10

# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
SESSION_DURATION_S_DEFAULT = 43_200
ROOT_DURATION_S_MAX = 3_600

# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
FEDERATION_DURATION_S_DEFAULT = 43_200

# An expired session is still recognised as such for a day.
REMEMBERED_S = 86_400
