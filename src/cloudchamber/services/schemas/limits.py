"""Quotas and defaults of the schema registry, each under the page that states it."""

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html#schema-quotas
REGISTRIES_MAX = 10
DISCOVERERS_MAX = 10
SCHEMAS_PER_REGISTRY_MAX = 100
DISCOVERED_SCHEMAS_MAX = 200
VERSIONS_PER_SCHEMA_MAX = 100

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html (Schema discovery levels)
DISCOVERY_LEVELS_MAX = 255
# The chamber's own: enough for what is discovered within that limit.
CONTENT_LEVELS_MAX = 300

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eventschemas-registry.html
REGISTRY_NAME_LENGTH_MAX = 64
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eventschemas-schema.html
SCHEMA_NAME_LENGTH_MAX = 385

# https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries.html
PER_PAGE_MAX = 100

# https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
TAGS_MAX = 50
