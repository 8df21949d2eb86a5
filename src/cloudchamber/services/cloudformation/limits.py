"""Quotas of CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
"""

TEMPLATE_BODY_BYTES_MAX = 51_200
TEMPLATE_OBJECT_BYTES_MAX = 1_048_576
STACKS_MAX = 2_000

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html
DELETED_STACK_SHOWN_MS = 90 * 24 * 3_600_000

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
RESOURCES_DESCRIBED_MAX = 100

# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
PAGE_ITEMS_COUNT = 100

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
CUSTOM_RESOURCE_TIMEOUT_S_DEFAULT = 3_600

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-waitcondition.html
WAIT_CONDITION_TIMEOUT_S_MAX = 43_200

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
CUSTOM_RESOURCE_ANSWER_BYTES_MAX = 4_096

RESOURCES_AT_ONCE_MAX = 40
"""Ours: how many resources of one stack are worked on side by side."""

ANSWER_HELD_MS_MAX = 1_000
"""Ours: how long the answer to a deployment waits for its end, so that a client's first look finds a small stack done."""

BUS_TOLD_AFTER_MS = 1_000
"""Ours: within how long the default event bus hears of a change of a status; what happens meanwhile travels with it."""

BUS_ENTRIES_PER_CALL_MAX = 25
"""Ours: how many changes travel in one call, so that none comes near EventBridge's limit on the size of a request."""
