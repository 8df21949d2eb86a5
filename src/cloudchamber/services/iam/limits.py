"""Quotas of IAM, each under the page that states it."""

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ATTACHED_MAX = {"role": 10, "user": 10, "group": 10}
INLINE_CHARACTERS_MAX = {"role": 10_240, "user": 2_048, "group": 5_120}
TRUST_CHARACTERS_MAX = 2_048
MANAGED_CHARACTERS_MAX = 6_144
VERSIONS_MAX = 5
ACCESS_KEYS_MAX = 2
TAGS_MAX = 50
GROUPS_PER_USER_MAX = 10
SESSION_S_DEFAULT = 3_600
QUOTAS = {
    "UsersQuota": 5_000, "GroupsQuota": 300, "RolesQuota": 1_000, "PoliciesQuota": 1_500, "InstanceProfilesQuota": 1_000,
    "GroupsPerUserQuota": 10, "AccessKeysPerUserQuota": 2, "AttachedPoliciesPerRoleQuota": 10,
    "AttachedPoliciesPerUserQuota": 10, "AttachedPoliciesPerGroupQuota": 10, "VersionsPerPolicyQuota": 5,
    "PolicySizeQuota": 6_144, "UserPolicySizeQuota": 2_048, "GroupPolicySizeQuota": 5_120, "RolePolicySizeQuota": 10_240,
    "AssumeRolePolicySizeQuota": 2_048, "PolicyVersionsInUseQuota": 10_000,
}  # fmt: skip

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
ITEMS_DEFAULT = 100
