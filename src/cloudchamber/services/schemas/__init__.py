"""Amazon EventBridge Schema Registry: registries, schemas and their versions, discovery from the events of a bus."""

from cloudchamber.aws import Service
from cloudchamber.services.schemas import tasks
from cloudchamber.services.schemas.errors import phrase
from cloudchamber.services.schemas.fidelity import LEDGER
from cloudchamber.services.schemas.operations import discoverers, registries, schemas, tags
from cloudchamber.services.schemas.resources import RESOURCES

SERVICE = Service(
    "schemas",
    operations={
        "CreateDiscoverer": discoverers.create_discoverer,
        "CreateRegistry": registries.create_registry,
        "CreateSchema": schemas.create_schema,
        "DeleteDiscoverer": discoverers.delete_discoverer,
        "DeleteRegistry": registries.delete_registry,
        "DeleteResourcePolicy": registries.delete_resource_policy,
        "DeleteSchema": schemas.delete_schema,
        "DeleteSchemaVersion": schemas.delete_schema_version,
        "DescribeDiscoverer": discoverers.describe_discoverer,
        "DescribeRegistry": registries.describe_registry,
        "DescribeSchema": schemas.describe_schema,
        "ExportSchema": schemas.export_schema,
        "GetDiscoveredSchema": schemas.get_discovered_schema,
        "GetResourcePolicy": registries.get_resource_policy,
        "ListDiscoverers": discoverers.list_discoverers,
        "ListRegistries": registries.list_registries,
        "ListSchemaVersions": schemas.list_schema_versions,
        "ListSchemas": schemas.list_schemas,
        "ListTagsForResource": tags.list_tags_for_resource,
        "PutResourcePolicy": registries.put_resource_policy,
        "SearchSchemas": schemas.search_schemas,
        "StartDiscoverer": discoverers.start_discoverer,
        "StopDiscoverer": discoverers.stop_discoverer,
        "TagResource": tags.tag_resource,
        "UntagResource": tags.untag_resource,
        "UpdateDiscoverer": discoverers.update_discoverer,
        "UpdateRegistry": registries.update_registry,
        "UpdateSchema": schemas.update_schema,
    },
    tasks={"discover_event": tasks.discover_event},
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("SchemaName", "RegistryName", "DiscovererId", "SourceArn", "ResourceArn", "Discoverer"),
    phrase=phrase,
)
