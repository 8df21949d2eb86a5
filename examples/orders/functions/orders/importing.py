"""Files of orders: each line of an uploaded CSV file is one (item, quantity, price).

S3 may tell of a file twice, and an attempt may fail half way: an order is known by its file's content and its line.
"""

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
        file = s3.get_object(Bucket=bucket, Key=key)
        lines = csv.reader(file["Body"].read().decode().splitlines())
        placed = [
            orders.place(item, int(quantity), float(price), f"s3://{bucket}/{key}#{file['ETag']}:{number}")
            for number, (item, quantity, price) in enumerate(lines, 1)
        ]
        logger.info("file imported", key=key, orders=len(placed))
