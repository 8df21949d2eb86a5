"""The pictures are those that docs/pictures.py draws, and the one of a terminal shows what the report shows today."""

from __future__ import annotations

import importlib.util
from html import unescape
from xml.etree import ElementTree

from tests.docs.pages import DOCS

IMAGES = DOCS / "images"


def _pictures():
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_drawn_pictures_are_current():
    for path, text in _pictures().drawn().items():
        assert path.read_text("utf-8") == text, "run `python docs/pictures.py`"
        ElementTree.fromstring(text)


def test_the_terminal_shows_what_a_report_shows():
    shown = unescape((IMAGES / "verify.svg").read_text("utf-8")).replace("\xa0", " ")
    for part in ("duplicates its effect", "when", "trace", "in the end", "what to do", "← duplicate"):
        assert part in shown, "run `python docs/pictures.py verify`"
