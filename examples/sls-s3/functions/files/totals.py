"""Adds up a file of sales: incoming/NAME.csv becomes totals/NAME.json.

The result lies under another prefix, which starts nothing: a function must not start itself. The same upload twice writes the
same result twice.
"""

import csv
import json
from collections import Counter
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], unquote_plus(record["s3"]["object"]["key"])
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        totals = Counter()
        for article, amount in csv.reader(text.splitlines()):
            totals[article] += int(amount)
        target = key.replace("incoming/", "totals/", 1).removesuffix(".csv") + ".json"
        s3.put_object(Bucket=bucket, Key=target, Body=json.dumps(totals), ContentType="application/json")
