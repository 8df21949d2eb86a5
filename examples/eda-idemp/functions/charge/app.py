"""Charges a customer once per payment id."""

import json
import os
import uuid

import boto3
from idempotency import once

sqs = boto3.client("sqs")


def charge(payment: dict) -> dict:
    """The effect that must not happen twice."""
    if payment["amount"] <= 0:
        raise ValueError("An amount is more than nothing.")
    receipt = {"receipt": str(uuid.uuid4()), "amount": payment["amount"]}
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(receipt))
    return receipt


def handler(event, context):
    return once(event["paymentId"], event, context, charge)
