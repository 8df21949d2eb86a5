"""Amazon DynamoDB: tables, items, indexes, transactions and the records of their streams."""

from cloudchamber.aws import Service
from cloudchamber.services.dynamodb import tasks
from cloudchamber.services.dynamodb.fidelity import LEDGER
from cloudchamber.services.dynamodb.operations import items, queries, tables

SERVICE = Service(
    "dynamodb",
    operations={
        "CreateTable": tables.create_table,
        "DeleteItem": items.delete_item,
        "DeleteTable": tables.delete_table,
        "DescribeTable": tables.describe_table,
        "GetItem": items.get_item,
        "ListTables": tables.list_tables,
        "PutItem": items.put_item,
        "Query": queries.query,
        "Scan": queries.scan,
        "UpdateItem": items.update_item,
    },
    tasks={
        "expire_item": tasks.expire_item,
        "trim_stream": tasks.trim_stream,
    },
    ledger=LEDGER,
    named_by=("TableName", "ResourceArn"),
)
