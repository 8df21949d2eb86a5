"""boto3 warmed before the fork: the models that clients need are read once, and every session shares them."""

from typing import Any

#: The services whose models are read before the fork; any other is read by the function that uses it.
PRELOADED_SERVICES = ("dynamodb", "events", "lambda", "s3", "sns", "sqs", "stepfunctions")


def warm_boto3() -> None:
    """Import boto3 and botocore, read common models, and let later sessions share the loader that holds them."""
    import boto3
    import botocore.loaders
    import botocore.session

    loader = botocore.loaders.create_loader()
    core = botocore.session.Session()
    core.register_component("data_loader", loader)
    session: Any = boto3.Session("warm", "warm", region_name="us-east-1", botocore_session=core)
    for service in PRELOADED_SERVICES:
        session.client(service)
    session.resource("dynamodb")
    _share(loader)


def _share(loader: Any) -> None:
    """AWS_DATA_PATH asks for other models, so then botocore makes its own loader."""
    import botocore.loaders
    import botocore.session

    def shared_or_own(search_path_string: str | None = None) -> Any:
        return botocore.loaders.create_loader(search_path_string) if search_path_string else loader

    botocore.session.create_loader = shared_or_own
