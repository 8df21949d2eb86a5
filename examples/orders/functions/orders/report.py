"""The daily report: how many orders there are of each status."""

import orders
from aws_lambda_powertools import Logger

logger = Logger()


@logger.inject_lambda_context
def handler(event, context):
    counts = {status: len(orders.with_status(status)) for status in ("placed", "fulfilled")}
    logger.info("report", **counts)
    return counts
