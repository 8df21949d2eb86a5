"""A chamber that is killed in the middle of its work has every message it acknowledged."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

CHAMBER = """
import sys, uvloop, asyncio
from pathlib import Path
from cloudchamber.app.chamber import Chamber, Options

async def main():
    chamber = Chamber(Options(port=0, data=Path(sys.argv[1])))
    await chamber.start()
    print(chamber.server.port, flush=True)
    await asyncio.Event().wait()

uvloop.run(main())
"""
LANES, ANSWERED = 8, 400


async def begin(data: Path) -> tuple[asyncio.subprocess.Process, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHAMBER, str(data), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    return process, int(await asyncio.wait_for(process.stdout.readline(), 30))


async def call(reader, writer, operation: str, **request) -> dict:
    body = json.dumps(request).encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.{operation}\r\n"
    head += f"Content-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = int(answer.lower().partition("content-length: ")[2].partition("\r\n")[0])
    return json.loads(await reader.readexactly(length))


async def keep_sending(port: int, lane: int, acknowledged: list[str], enough: asyncio.Event) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    number = 0
    try:
        while True:
            body = f"{lane}-{number}"
            await call(reader, writer, "SendMessage", QueueUrl="q", MessageBody=body)
            acknowledged.append(body)
            number += 1
            if len(acknowledged) >= ANSWERED:
                enough.set()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def test_every_acknowledged_message_survives_a_kill(tmp_path):
    process, port = await begin(tmp_path)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await call(reader, writer, "CreateQueue", QueueName="q")
    acknowledged: list[str] = []
    enough = asyncio.Event()
    lanes = [asyncio.create_task(keep_sending(port, lane, acknowledged, enough)) for lane in range(LANES)]
    await asyncio.wait_for(enough.wait(), 30)
    process.kill()
    await asyncio.gather(process.wait(), *lanes)
    writer.close()

    process, port = await begin(tmp_path)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    kept: list[str] = []
    while got := (await call(reader, writer, "ReceiveMessage", QueueUrl="q", MaxNumberOfMessages=10)).get(
        "Messages"
    ):
        kept += [message["Body"] for message in got]
    writer.close()
    process.kill()
    await process.wait()
    assert len(acknowledged) >= ANSWERED
    assert sorted(set(acknowledged) - set(kept)) == []
    assert len(kept) == len(set(kept))
