"""What CloudFormation records only, or refuses."""

from cloudchamber.aws import Ledger

_ROLE = "stored and returned; resources are made with the caller's own permissions"
_ALARMS = "stored and returned; rollback triggers do not watch alarms"
_POLICY = "stored and returned; stack policies do not protect resources from updates"
_PLAIN = "deployments always use the standard mode"
_TYPES = "a restriction of resource types is not enforced"
_VALIDATION = "templates are always validated"
_DEPLOYING = {
    "DeploymentConfig": _PLAIN,
    "DisableValidation": _VALIDATION,
    "ResourceTypes": _TYPES,
    "RoleARN": _ROLE,
    "RollbackConfiguration": _ALARMS,
}

LEDGER = Ledger(
    refused={
        "CreateChangeSet": {
            "ResourcesToImport": "resources are not imported into stacks",
            "ImportExistingResources": "resources are not imported into stacks",
            "DeploymentMode": "drift is not detected",
        },
        "ContinueUpdateRollback": {"ForceRollback": "name the resources to skip in ResourcesToSkip"},
        "CreateStack": {"StackPolicyURL": "give the policy as StackPolicyBody"},
        "GetTemplateSummary": {
            "StackSetName": "there are no stack sets",
            "CallAs": "there are no stack sets",
        },
        "SetStackPolicy": {"StackPolicyURL": "give the policy as StackPolicyBody"},
        "UpdateStack": {
            "StackPolicyURL": "give the policy as StackPolicyBody",
            "StackPolicyDuringUpdateURL": "stack policies are not enforced",
        },
    },
    recorded={
        "ContinueUpdateRollback": {
            "RoleARN": _ROLE,
            "ClientRequestToken": "not used to recognise repeated requests",
        },
        "CreateChangeSet": {
            **_DEPLOYING,
            "IncludeNestedStacks": "the changes of nested stacks are not listed",
            "ClientToken": "not used to recognise repeated requests",
        },
        "CreateStack": {**_DEPLOYING, "StackPolicyBody": _POLICY},
        "DeleteStack": {"RoleARN": _ROLE, "DeploymentConfig": _PLAIN},
        "DescribeChangeSet": {"IncludePropertyValues": "changes are listed without the values of properties"},
        "GetTemplateSummary": {"TemplateSummaryConfig": "unknown resource types are always an error"},
        "CancelUpdateStack": {"ClientRequestToken": "not used to recognise repeated requests"},
        "RollbackStack": {"RoleARN": _ROLE, "DeploymentConfig": _PLAIN},
        "SetStackPolicy": {"StackPolicyBody": _POLICY},
        "SignalResource": {"Status": "creation policies do not wait for signals"},
        "UpdateStack": {**_DEPLOYING, "StackPolicyBody": _POLICY, "StackPolicyDuringUpdateBody": _POLICY},
    },
)
