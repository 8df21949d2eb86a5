"""What the reader of a distributed Map reads, and what its writer writes.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec

from cloudchamber.languages.states import StatesError
from cloudchamber.services.stepfunctions.model import MapChild, MapRun

FAILED = "States.ItemReaderFailed"
_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


def items_of(content: bytes, config: dict[str, Any]) -> list[Any]:
    """The items in an object: an array of JSON, lines of JSON, or rows of CSV. Raises StatesError."""
    kind = config.get("InputType", "JSON")
    try:
        if kind == "CSV":
            return list(_rows(content.decode("utf-8-sig"), config))
        if kind == "JSONL":
            return [msgspec.json.decode(line) for line in content.splitlines() if line.strip()]
        value = _at(msgspec.json.decode(content), config.get("ItemsPointer", ""))
    except (msgspec.DecodeError, UnicodeDecodeError, csv.Error, LookupError) as error:
        raise StatesError(FAILED, f"The object could not be read as {kind}: {error}") from None
    if isinstance(value, dict):
        return [{"Key": key, "Value": each} for key, each in value.items()]
    if not isinstance(value, list):
        raise StatesError(FAILED, "Attempting to map over non-iterable node.")
    return value


def _at(value: Any, pointer: str) -> Any:
    """What a JSON pointer such as `/orders/0` points at."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def _rows(text: str, config: dict[str, Any]) -> list[dict[str, str]]:
    delimiter = _DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ",")
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    if config.get("CSVHeaderLocation", "FIRST_ROW") == "GIVEN":
        headers = config.get("CSVHeaders") or []
    else:
        headers, rows = (rows[0], rows[1:]) if rows else ([], [])
    return [dict(zip(headers, [*row, *[""] * len(headers)], strict=False)) for row in rows]


def objects_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that a listing of a bucket gives."""
    return [
        {
            "Etag": each.get("ETag"),
            "Key": each["Key"],
            "LastModified": each.get("LastModified"),
            "Size": each.get("Size"),
            "StorageClass": each.get("StorageClass", "STANDARD"),
        }
        for each in answer.get("Contents") or ()
    ]


def result_files(run: MapRun, children: list[MapChild]) -> tuple[dict[str, bytes], str]:
    """The objects that hold the results, by key, and the key of the manifest."""
    given = run.writer or {}
    prefix = f"{given['Prefix'].rstrip('/')}/{run.id}" if given.get("Prefix") else run.id
    files: dict[str, bytes] = {}
    for status in ("FAILED", "PENDING", "SUCCEEDED"):
        chosen = [_result(child) for child in children if _group(child) == status]
        if chosen:
            files[f"{prefix}/{status}_0.json"] = msgspec.json.encode(chosen)
    listed = {
        status: [{"Key": key, "Size": len(content)} for key, content in files.items() if f"/{status}_" in key]
        for status in ("FAILED", "PENDING", "SUCCEEDED")
    }
    manifest = {"DestinationBucket": given.get("Bucket"), "MapRunArn": run.arn, "ResultFiles": listed}
    files[f"{prefix}/manifest.json"] = msgspec.json.encode(manifest)
    return files, f"{prefix}/manifest.json"


def _group(child: MapChild) -> str:
    return child.status if child.status in ("SUCCEEDED", "PENDING") else "FAILED"


def _result(child: MapChild) -> dict[str, Any]:
    result: dict[str, Any] = {"Input": child.input, "Name": child.execution_id, "Status": child.status}
    outcome = {"Output": child.output, "Error": child.error, "Cause": child.cause}
    return result | {name: value for name, value in outcome.items() if value is not None}
