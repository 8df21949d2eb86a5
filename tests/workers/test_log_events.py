"""The pure parts: cutting output into log events, frames, and the lines that Lambda writes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.workers import frames, log_events

texts = st.binary(max_size=40).filter(lambda data: b"\x00" not in data)


def split_at(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


def envelope(text: bytes) -> bytes:
    return log_events.ENVELOPE + b"%08x" % len(text) + text


@given(st.lists(st.tuples(st.booleans(), texts), max_size=6), st.lists(st.integers(0, 500), max_size=5))
def test_events_do_not_depend_on_how_the_bytes_arrive(parts, cuts):
    data = b"".join(
        envelope(text) if wrapped else text.replace(b"\n", b"") + b"\n" for wrapped, text in parts
    )
    splitter = log_events.LogSplitter()

    events = [event for piece in split_at(data, cuts) for event in splitter.feed(piece)]

    assert events == [text if wrapped else text.replace(b"\n", b"") + b"\n" for wrapped, text in parts]
    assert splitter.rest() == b""


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_no_byte_of_any_output_is_lost(pieces):
    splitter = log_events.LogSplitter()

    events = [event for piece in pieces for event in splitter.feed(piece)]

    if log_events.ENVELOPE not in b"".join(pieces):
        assert b"".join([*events, splitter.rest()]) == b"".join(pieces)


def test_an_envelope_of_nonsense_is_text():
    splitter = log_events.LogSplitter()

    events = [*splitter.feed(log_events.ENVELOPE + b"nonsense after\nnext\n"), splitter.rest()]

    assert b"".join(events) == log_events.ENVELOPE + b"nonsense after\nnext\n"


@given(
    st.lists(st.tuples(st.sampled_from(sorted(frames.FROM_BOOTSTRAP)), st.binary(max_size=50)), max_size=5),
    st.lists(st.integers(0, 500), max_size=5),
)
def test_frames_do_not_depend_on_how_the_bytes_arrive(sent, cuts):
    data = b"".join(frames.frame(kind, body) for kind, body in sent)
    parser = frames.FrameParser()

    assert [got for piece in split_at(data, cuts) for got in parser.feed(piece)] == sent


@pytest.mark.parametrize("data", [b"garbage!", frames.HEAD.pack(frames.RESPONSE, frames.BODY_BYTES_MAX + 1)])
def test_garbage_is_noticed(data):
    with pytest.raises(frames.GarbageFrame):
        frames.FrameParser().feed(data)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "Duration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\t\n"),
        (
            {"init_ms": 100.0},
            "Duration: 1.23 ms\tBilled Duration: 102 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\t"
            "Init Duration: 100.00 ms\t\n",
        ),
        (
            {"status": "error", "error_type": "Runtime.ExitError"},
            "Duration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\t"
            "Status: error\tError Type: Runtime.ExitError\t\n",
        ),
    ],
)
def test_the_report_line(changes, line):
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html"""
    values = {
        "duration_ms": 1.234,
        "init_ms": None,
        "memory_mb": 128,
        "max_memory_mb": 35,
        "status": None,
        "error_type": None,
    }

    assert log_events.report_line("r", **(values | changes)) == "REPORT RequestId: r\t" + line


@pytest.mark.parametrize(
    ("duration_ms", "init_ms", "billed"),
    [(0.2, None, 1), (3000.0, None, 3000), (3000.004, None, 3000), (1.01, 2.0, 4)],
)
def test_billing_rounds_up_to_the_next_millisecond(duration_ms, init_ms, billed):
    assert log_events.billed_ms(duration_ms, init_ms) == billed
