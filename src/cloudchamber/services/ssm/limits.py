"""Quotas of Parameter Store, each under the page that states it."""

# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
STANDARD_CHARACTERS_MAX = 4_096
ADVANCED_CHARACTERS_MAX = 8_192

# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
HIERARCHY_LEVELS_MAX = 15
NAME_LENGTH_MAX = 1_011

# https://docs.aws.amazon.com/general/latest/gr/ssm.html
VERSIONS_MAX = 100
TAGS_MAX = 50

# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html
LABELS_MAX = 10

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
BY_PATH_DEFAULT = 10
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html
DESCRIBED_DEFAULT = 50
