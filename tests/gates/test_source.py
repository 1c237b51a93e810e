"""The library obeys the rules of the house."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gates import rules
from gates.rules import Source

ROOT = Path(__file__).parents[2]
SOURCES = [Source.read(path, ROOT) for path in sorted((ROOT / "src").rglob("*.py"))]


def repository_texts() -> list[Source]:
    """All text files that belong to the repository: tracked by git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            try:
                found.append(Source.read(path, ROOT))
            except UnicodeDecodeError:  # a picture
                continue
    return found


def refuse(findings: Iterator[str]) -> None:
    found = list(findings)
    assert not found, "\n" + "\n".join(found)


def test_there_is_something_to_check() -> None:
    assert any(source.name == "src/photinus/errors.py" for source in SOURCES)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[Source], Iterator[str]]) -> None:
    refuse(finding for source in SOURCES for finding in rule(source))


def test_no_duplicated_blocks() -> None:
    refuse(rules.duplicated_blocks(SOURCES))


def test_methods_are_documented() -> None:
    refuse(rules.missing_method_docstrings(SOURCES))


def test_texts() -> None:
    texts = repository_texts()
    assert len(texts) > 10
    refuse(finding for text in texts for finding in rules.unfit_text(text))


def test_links_of_pages() -> None:
    pages = [text for text in repository_texts() if text.name.endswith(".md")]
    assert pages
    refuse(finding for page in pages for finding in rules.broken_links(page, ROOT))
