"""Files of orders: each line of an uploaded CSV file is one (item, quantity, price)."""

import csv
from urllib.parse import unquote_plus

import boto3
import orders
from aws_lambda_powertools import Logger

logger = Logger()
s3 = boto3.client("s3")


@logger.inject_lambda_context
def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        placed = [
            orders.place(item, int(quantity), float(price))
            for item, quantity, price in csv.reader(text.splitlines())
        ]
        logger.info("file imported", key=key, orders=len(placed))
