"""Amazon Kinesis Data Streams, and the transformations of Amazon Data Firehose and Kinesis Data Analytics for SQL."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.encodings import base64_of, gzip_base64_of, text_of
from cloudchamber.sample_events.kinds import JsonObject, source
from cloudchamber.sample_events.origin import Origin
from cloudchamber.sample_events.streams import get_records, kinesis_tumbling_window

_TEXT = "Hello, this is a test 123."
_SEQUENCE = "49545115243490985018280067714973144582180062593244200961"


def transformation(
    origin: Origin, *, delivery_stream: str = "deliverystream-1", data: str = _TEXT, count: int = 1
) -> dict[str, Any]:
    """Records that Firehose hands over for transformation.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    """
    records = [_firehose_record(origin, base64_of(data)) for _ in range(count)]
    return _firehose(origin, delivery_stream, records)


def apachelog(
    origin: Origin,
    *,
    delivery_stream: str = "deliverystream-1",
    data: str = '64.242.88.10 - - [07/Mar/2004:16:10:02 -0800] "GET /mailman/listinfo/hsdivision HTTP/1.1" 200 6291',
) -> dict[str, Any]:
    """A line of Apache's common log, for transformation.

    https://docs.aws.amazon.com/firehose/latest/dev/lambda-blueprints.html
    """
    return _firehose(origin, delivery_stream, [_firehose_record(origin, base64_of(data))])


def syslog(
    origin: Origin,
    *,
    delivery_stream: str = "deliverystream-1",
    data: str = "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
) -> dict[str, Any]:
    """A line of syslog, for transformation.

    https://docs.aws.amazon.com/firehose/latest/dev/lambda-blueprints.html
    """
    return _firehose(origin, delivery_stream, [_firehose_record(origin, base64_of(data))])


def streams_as_source(
    origin: Origin,
    *,
    delivery_stream: str = "deliverystream-1",
    stream: str = "lambda-stream",
    data: str = _TEXT,
    partition_key: str = "partitionKey-03",
    sequence: str = _SEQUENCE,
) -> dict[str, Any]:
    """Records for transformation that Firehose takes from a stream.

    https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
    """
    record = _firehose_record(origin, base64_of(data))
    record["kinesisRecordMetadata"] = {
        "sequenceNumber": sequence,
        "subsequenceNumber": 0,
        "partitionKey": partition_key,
        "shardId": "shardId-000000000000",
        "approximateArrivalTimestamp": origin.at_ms,
    }
    event = _firehose(origin, delivery_stream, [record])
    event["sourceKinesisStreamArn"] = origin.arn("kinesis", f"stream/{stream}")
    return event


def logs_processor(
    origin: Origin,
    *,
    delivery_stream: str = "deliverystream-1",
    log_group: str = "/aws/lambda/my-function",
    message: str = "START RequestId: 8f507cfc Version: $LATEST",
) -> dict[str, Any]:
    """Log events of a subscription, gzipped, that Firehose hands over for transformation.

    https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs.html
    """
    logs = {
        "messageType": "DATA_MESSAGE",
        "owner": origin.account_id,
        "logGroup": log_group,
        "logStream": f"{origin.shown('%Y/%m/%d')}/[$LATEST]{origin.hex(32)}",
        "subscriptionFilters": ["Destination"],
        "logEvents": [{"id": origin.digits(56), "timestamp": origin.at_ms, "message": message}],
    }
    return _firehose(origin, delivery_stream, [_firehose_record(origin, gzip_base64_of(text_of(logs)))])


def _firehose(origin: Origin, delivery_stream: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "invocationId": origin.uuid(),
        "deliveryStreamArn": origin.arn("firehose", f"deliverystream/{delivery_stream}"),
        "region": origin.region,
        "records": records,
    }


def _firehose_record(origin: Origin, data: str) -> dict[str, Any]:
    number = f"4957295849071{origin.digits(43)}000000"
    return {"recordId": number, "approximateArrivalTimestamp": origin.at_ms, "data": data}


def analytics(
    origin: Origin,
    *,
    application: str = "example-application",
    stream: str = "example-stream",
    data: str = "This is a test from Kinesis Analytics",
) -> dict[str, Any]:
    """Records of a Firehose that an SQL application has preprocessed.

    https://docs.aws.amazon.com/kinesisanalytics/latest/dev/lambda-preprocessing-data-model.html
    """
    return _analytics(origin, application, f"deliverystream/{stream}", base64_of(data))


def analytics_compressed(
    origin: Origin,
    *,
    application: str = "example-application",
    stream: str = "example-stream",
    data: str = '{"name": "kinesis analytics"}',
) -> dict[str, Any]:
    """Records of a Firehose, gzipped, that an SQL application has preprocessed.

    https://docs.aws.amazon.com/kinesisanalytics/latest/dev/lambda-preprocessing-data-model.html
    """
    return _analytics(origin, application, f"deliverystream/{stream}", gzip_base64_of(data))


def analytics_output(
    origin: Origin,
    *,
    application: str = "example-application",
    data: JsonObject = '{"ROWTIME_TIMESTAMP": "2017-12-15 01:09:50.000", "VEHICLEID": "5", "VEHICLECOUNT": 18}',
) -> dict[str, Any]:
    """A row that an SQL application hands to a function as its destination (e.g. to keep it in DynamoDB).

    https://docs.aws.amazon.com/kinesisanalytics/latest/dev/how-it-works-output-lambda.html
    """
    record = {
        "recordId": origin.uuid(),
        "lambdaDeliveryRecordMetadata": {"retryHint": 0},
        "data": base64_of(text_of(data)),
    }
    arn = origin.arn("kinesisanalytics", f"application/{application}")
    return {"invocationId": origin.uuid(), "applicationArn": arn, "records": [record]}


def analytics_kpl(
    origin: Origin,
    *,
    application: str = "example-application",
    stream: str = "example-stream",
    data: str = "This is a test from Kinesis Analytics",
    partition_key: str = "partitionKey-03",
    sequence: str = _SEQUENCE,
) -> dict[str, Any]:
    """Records of a stream that an SQL application has preprocessed.

    https://docs.aws.amazon.com/kinesisanalytics/latest/dev/lambda-preprocessing-data-model.html
    """
    event = _analytics(origin, application, f"stream/{stream}", base64_of(data))
    event["records"][0]["kinesisStreamRecordMetadata"] = {
        "sequenceNumber": sequence,
        "partitionKey": partition_key,
        "shardId": "shardId-000000000000",
        "approximateArrivalTimestamp": origin.at_ms,
    }
    return event


def _analytics(origin: Origin, application: str, stream: str, data: str) -> dict[str, Any]:
    service = "kinesis" if stream.startswith("stream/") else "firehose"
    return {
        "invocationId": origin.uuid(),
        "applicationArn": origin.arn("kinesisanalytics", f"application/{application}"),
        "streamArn": origin.arn(service, stream),
        "records": [{"recordId": origin.digits(56), "data": data}],
    }


KINESIS = source(
    "kinesis",
    "Amazon Kinesis, Data Firehose and Data Analytics",
    {
        "get-records": get_records,
        "tumbling-window": kinesis_tumbling_window,
        "kinesis-firehose": transformation,
        "apachelog": apachelog,
        "syslog": syslog,
        "cloudwatch-logs-processor": logs_processor,
        "streams-as-source": streams_as_source,
        "analytics": analytics,
        "analytics-compressed": analytics_compressed,
        "analytics-dynamodb": analytics_output,
        "analytics-kpl": analytics_kpl,
    },
)
