"""Listings equal a naive model, page by page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.services.s3.rules.listing import key_of, page, token_of

TEXT = st.text(alphabet="ab/é\U0001f600-", max_size=6)


def naive(keys, prefix, delimiter):
    """All entries of a listing in order: keys, or prefixes that roll them up."""
    entries = []
    for key in sorted(keys, key=str.encode):
        if not key.startswith(prefix):
            continue
        at = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = ("key", key) if at < 0 else ("prefix", key[: at + len(delimiter)])
        if not entries or entries[-1] != entry:
            entries.append(entry)
    return entries


@given(
    st.sets(TEXT.filter(bool), max_size=25), TEXT, st.sampled_from(["", "/", "a", "-é"]), st.integers(1, 4)
)
def test_pages_put_together_are_the_whole_listing(keys, prefix, delimiter, count_max):
    ordered = sorted(keys, key=str.encode)
    marker, found = "", []

    def open_at(start):
        if start is not None:
            return ((key, key) for key in ordered if key >= start)
        return ((key, key) for key in ordered if key >= prefix and (key > marker or marker < prefix))

    while True:
        answer = page(open_at, prefix=prefix, delimiter=delimiter, marker=marker, count_max=count_max)
        entries = [("key", key) for key in answer.items] + [("prefix", text) for text in answer.prefixes]
        assert len(entries) <= count_max
        found += sorted(entries, key=lambda entry: entry[1].encode())
        if not answer.truncated:
            break
        assert len(entries) == count_max
        marker = answer.last_key
    assert found == naive(keys, prefix, delimiter)


@given(st.text())
def test_a_token_carries_its_key(key):
    assert key_of(token_of(key)) == key


KEYS = [
    "photos/2006/January/sample.jpg",
    "photos/2006/February/sample2.jpg",
    "photos/2006/March/sample3.jpg",
    "sample.jpg",
]


@pytest.mark.parametrize("operation", ["ListObjects", "ListObjectsV2"])
async def test_the_example_of_the_user_guide(s3, operation):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html"""
    for key in KEYS:
        await s3("PutObject", Key=key)
    root = await s3(operation, Delimiter="/")
    assert [entry["Key"] for entry in root["Contents"]] == ["sample.jpg"]
    assert root["CommonPrefixes"] == [{"Prefix": "photos/"}]
    below = await s3(operation, Delimiter="/", Prefix="photos/2006/")
    assert [entry["Prefix"] for entry in below["CommonPrefixes"]] == [
        "photos/2006/February/",
        "photos/2006/January/",
        "photos/2006/March/",
    ]
    assert "Contents" not in below
    assert not below["IsTruncated"]


async def test_version_2_goes_on_behind_a_token_and_begins_behind_start_after(s3, error_of):
    for key in ("a", "b", "c d", "e"):
        await s3("PutObject", Key=key)
    first = await s3("ListObjectsV2", MaxKeys=2, StartAfter="a", EncodingType="url")
    assert [entry["Key"] for entry in first["Contents"]] == ["b", "c+d"]
    assert (first["KeyCount"], first["IsTruncated"], "Owner" in first["Contents"][0]) == (2, True, False)
    token = first["NextContinuationToken"]
    rest = await s3("ListObjectsV2", MaxKeys=2, ContinuationToken=token, FetchOwner=True)
    assert [entry["Key"] for entry in rest["Contents"]] == ["e"]
    assert len(rest["Contents"][0]["Owner"]["ID"]) == 64
    assert (await error_of(s3("ListObjectsV2", ContinuationToken="!"))).code == "InvalidArgument"
    assert (await error_of(s3("ListObjectsV2", MaxKeys=-1))).code == "InvalidArgument"
    assert (await s3("ListObjectsV2", MaxKeys=0))["KeyCount"] == 0


async def test_version_1_names_its_next_marker_with_a_delimiter_alone(s3):
    for key in ("a/1", "a/2", "b", "c"):
        await s3("PutObject", Key=key)
    first = await s3("ListObjects", MaxKeys=1, Delimiter="/")
    assert (first["CommonPrefixes"], first["NextMarker"]) == ([{"Prefix": "a/"}], "a/")
    rest = await s3("ListObjects", Delimiter="/", Marker=first["NextMarker"])
    assert [entry["Key"] for entry in rest["Contents"]] == ["b", "c"]
    assert "CommonPrefixes" not in rest
    assert "NextMarker" not in await s3("ListObjects", MaxKeys=1)


async def test_keys_come_in_the_binary_order_of_utf_8(s3):
    keys = ["\U0001f600", "é", "z", "￿", "Z", "a b", "a+b"]
    for key in keys:
        await s3("PutObject", Key=key)
    listed = [entry["Key"] for entry in (await s3("ListObjectsV2"))["Contents"]]
    assert listed == sorted(keys, key=str.encode)
