"""AWS Secrets Manager: secrets, their versions and staging labels."""

from cloudchamber.aws import Service
from cloudchamber.services.secretsmanager import tasks
from cloudchamber.services.secretsmanager.fidelity import LEDGER
from cloudchamber.services.secretsmanager.operations import secrets, values
from cloudchamber.services.secretsmanager.resources import RESOURCES

SERVICE = Service(
    "secretsmanager",
    operations={
        "BatchGetSecretValue": values.batch_get_secret_value,
        "CreateSecret": secrets.create_secret,
        "DeleteResourcePolicy": secrets.delete_resource_policy,
        "DeleteSecret": secrets.delete_secret,
        "DescribeSecret": secrets.describe_secret,
        "GetRandomPassword": values.get_random_password,
        "GetResourcePolicy": secrets.get_resource_policy,
        "GetSecretValue": values.get_secret_value,
        "ListSecretVersionIds": values.list_secret_version_ids,
        "ListSecrets": secrets.list_secrets,
        "PutResourcePolicy": secrets.put_resource_policy,
        "PutSecretValue": values.put_secret_value,
        "RestoreSecret": secrets.restore_secret,
        "TagResource": secrets.tag_resource,
        "UntagResource": secrets.untag_resource,
        "UpdateSecret": secrets.update_secret,
        "UpdateSecretVersionStage": values.update_secret_version_stage,
        "ValidateResourcePolicy": secrets.validate_resource_policy,
    },
    tasks={
        "remove_secret": tasks.remove_secret,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("SecretId", "Name"),
)
