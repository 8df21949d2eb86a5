"""AWS Systems Manager: its Parameter Store."""

from cloudchamber.aws import Service
from cloudchamber.services.ssm.fidelity import LEDGER
from cloudchamber.services.ssm.operations import parameters, searching, tags
from cloudchamber.services.ssm.resources import RESOURCES

SERVICE = Service(
    "ssm",
    operations={
        "AddTagsToResource": tags.add_tags_to_resource,
        "DeleteParameter": parameters.delete_parameter,
        "DeleteParameters": parameters.delete_parameters,
        "DescribeParameters": searching.describe_parameters,
        "GetParameter": parameters.get_parameter,
        "GetParameterHistory": parameters.get_parameter_history,
        "GetParameters": parameters.get_parameters,
        "GetParametersByPath": searching.get_parameters_by_path,
        "LabelParameterVersion": parameters.label_parameter_version,
        "ListTagsForResource": tags.list_tags_for_resource,
        "PutParameter": parameters.put_parameter,
        "RemoveTagsFromResource": tags.remove_tags_from_resource,
        "UnlabelParameterVersion": parameters.unlabel_parameter_version,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("Name", "Path", "ResourceId"),
)
