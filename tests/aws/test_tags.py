"""What an update changes of tags."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cloudchamber.aws.tags import changed_tags, tag_list, tags_of

TAGS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2"]))


def test_only_what_differs_is_set_and_only_what_is_gone_is_removed() -> None:
    old = {"kept": "1", "changed": "1", "gone": "1", "also gone": ""}
    assert changed_tags(old, {"kept": "1", "changed": "2", "new": ""}) == (
        {"changed": "2", "new": ""},
        ["also gone", "gone"],
    )


@given(TAGS, TAGS)
def test_removing_then_setting_makes_the_new_of_the_old(old: dict[str, str], new: dict[str, str]) -> None:
    to_set, to_remove = changed_tags(old, new)
    assert {key: value for key, value in old.items() if key not in to_remove} | to_set == new
    assert not to_set.items() & old.items()


@given(TAGS)
def test_a_list_of_tags_is_read_as_it_is_written(tags: dict[str, str]) -> None:
    assert tags_of({"Tags": tag_list(tags)}) == tags
    assert tags_of({}) == {}
