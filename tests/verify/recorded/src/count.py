"""Counts views; a view that comes twice counts twice."""

import json
import os

import boto3

pages = boto3.client("dynamodb")


def handler(event, context):
    for record in event["Records"]:
        pages.update_item(
            TableName=os.environ["PAGES"],
            Key={"id": {"S": json.loads(record["body"])["page"]}},
            UpdateExpression="ADD viewCount :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
