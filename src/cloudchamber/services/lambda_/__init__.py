"""AWS Lambda: functions and everything that invokes them."""

from cloudchamber.aws import Service
from cloudchamber.services.lambda_ import tasks
from cloudchamber.services.lambda_.fidelity import LEDGER
from cloudchamber.services.lambda_.live import Environments
from cloudchamber.services.lambda_.operations import functions, invocations, layers, publishing

SERVICE = Service(
    "lambda",
    operations={
        "AddLayerVersionPermission": layers.add_layer_version_permission,
        "CreateFunction": functions.create_function,
        "DeleteFunction": functions.delete_function,
        "DeleteLayerVersion": layers.delete_layer_version,
        "GetAccountSettings": functions.get_account_settings,
        "GetFunction": functions.get_function,
        "GetFunctionConfiguration": functions.get_function_configuration,
        "GetLayerVersion": layers.get_layer_version,
        "GetLayerVersionByArn": layers.get_layer_version_by_arn,
        "GetLayerVersionPolicy": layers.get_layer_version_policy,
        "Invoke": invocations.invoke,
        "InvokeAsync": invocations.invoke_async,
        "InvokeWithResponseStream": invocations.invoke_with_response_stream,
        "ListFunctions": functions.list_functions,
        "ListLayerVersions": layers.list_layer_versions,
        "ListLayers": layers.list_layers,
        "ListVersionsByFunction": publishing.list_versions_by_function,
        "PublishLayerVersion": layers.publish_layer_version,
        "PublishVersion": publishing.publish_version,
        "RemoveLayerVersionPermission": layers.remove_layer_version_permission,
        "UpdateFunctionCode": functions.update_function_code,
        "UpdateFunctionConfiguration": functions.update_function_configuration,
    },
    tasks={
        "invoke_event": tasks.invoke_event,
    },
    ledger=LEDGER,
    named_by=("FunctionName", "UUID", "Resource", "EventSourceArn", "LayerName"),
    live=Environments,
)
