"""Amazon DynamoDB: tables, items, indexes, transactions and the records of their streams."""

from cloudchamber.aws import Service
from cloudchamber.services.dynamodb import tasks
from cloudchamber.services.dynamodb.fidelity import LEDGER
from cloudchamber.services.dynamodb.live import Tables
from cloudchamber.services.dynamodb.operations import (
    accounts,
    batches,
    continuous_backups,
    items,
    queries,
    streams,
    table_updates,
    tables,
    tags,
    time_to_live,
    transactions,
)
from cloudchamber.services.dynamodb.resources import RESOURCES

SERVICE = Service(
    "dynamodb",
    operations={
        "BatchGetItem": batches.batch_get_item,
        "BatchWriteItem": batches.batch_write_item,
        "CreateTable": tables.create_table,
        "DeleteItem": items.delete_item,
        "DeleteTable": tables.delete_table,
        "DescribeContinuousBackups": continuous_backups.describe_continuous_backups,
        "DescribeEndpoints": accounts.describe_endpoints,
        "DescribeLimits": accounts.describe_limits,
        "DescribeTable": tables.describe_table,
        "DescribeTimeToLive": time_to_live.describe_time_to_live,
        "GetItem": items.get_item,
        "ListTables": tables.list_tables,
        "ListTagsOfResource": tags.list_tags_of_resource,
        "PutItem": items.put_item,
        "Query": queries.query,
        "Scan": queries.scan,
        "TagResource": tags.tag_resource,
        "TransactGetItems": transactions.transact_get_items,
        "TransactWriteItems": transactions.transact_write_items,
        "UntagResource": tags.untag_resource,
        "UpdateContinuousBackups": continuous_backups.update_continuous_backups,
        "UpdateItem": items.update_item,
        "UpdateTable": table_updates.update_table,
        "UpdateTimeToLive": time_to_live.update_time_to_live,
    },
    tasks={
        "describe_stream": streams.describe_stream,
        "expire_item": tasks.expire_item,
        "find_shard_ends": streams.find_shard_ends,
        "get_records": streams.get_records,
        "get_shard_iterator": streams.get_shard_iterator,
        "list_streams": streams.list_streams,
        "trim_stream": tasks.trim_stream,
    },
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("TableName", "ResourceArn"),
    live=Tables,
)
