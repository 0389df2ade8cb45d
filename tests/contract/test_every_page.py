"""Every template compiles, and every page reads in one language: Chinese or English, without texts of the other."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.test import Client
from django.utils.translation import gettext, override

from tests.contract.surfaces import Class, Url, address, all_urls, fillings
from tests.contract.world import County, neighbours

TEMPLATES = sorted(
    str(path.relative_to(folder))
    for folder in (Path(one) for one in engines["django"].template_dirs)
    if settings.BASE_DIR in folder.parents and ".venv" not in folder.parts
    for path in folder.rglob("*")
    if path.is_file()
)
PAGES = [
    url
    for url in all_urls()
    if url.classed in {Class.FEATURES, Class.LOGIN, Class.PUBLIC} and url.name.rpartition(":")[0] != "admin"
]
WORDS = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
NAMES = {"Resettlement One Map", "Algorithms for geodesics"}
"""What stands in English on Chinese pages too: the name, and the title of a source."""
NEEDED = {"its language": r'<html lang="en"', "a title": r"(?s)<head>.*?<title>\s*\S", "one first heading": r"<h1[ >]"}
UNTOLD = {"script", "style", "svg", "code", "kbd", "option"}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str) -> None:
    get_template(name)


class Reader(HTMLParser):
    """Gathers what a person reads or hears: texts, and the labels of what has none."""

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.told: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in UNTOLD or given.get("lang"):
            self.within.append(tag)
        if not self.within or tag == "html":
            self.told += [given[name] or "" for name in ("aria-label", "title", "placeholder", "alt") if name in given]

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not [tag for tag in self.within if tag != "html"]:
            self.told.append(data)


def read(page: str) -> str:
    """Return what a person reads on a page."""
    reader = Reader()
    reader.feed(page)
    return "\n".join(line.strip() for line in reader.told if line.strip())


def pages(client: Client, county: County, language: str) -> dict[str, str]:
    """Return the source of each page of the site in a language."""
    found = {}
    for url in PAGES:
        for filled in fillings(url, county):
            if url.name in {"logout", "set_language"} or asks_for_a_file(url):
                continue
            one = address(url, filled)
            answer = client.get(one, headers={"Accept-Language": language})
            if answer.get("Content-Type", "").startswith("text/html") and answer.status_code == 200:
                found[one] = answer.content.decode()
    return found


def asks_for_a_file(url: Url) -> bool:
    """Return whether a URL gives files and tiles."""
    return url.name in {"analysis:export", "importers:rejected", "tiles:vector", "layers:geojson"}


def own_words(county: County) -> re.Pattern[str]:
    """Return what the data themselves say: names and codes of the test's country."""
    return re.compile(rf"示例[\w\u4e00-\u9fff]*|MARK{county.division}[\w-]*|{county.user}")


@pytest.fixture
def county(db: None) -> County:
    return neighbours()[1]


def client_in(county: County, language: str) -> Client:
    county.user.language = language
    county.user.save(update_fields=["language"])
    client = Client()
    client.force_login(county.user)
    return client


def test_chinese_pages_hold_no_english_sentence(county: County) -> None:
    with override("zh-hans"):
        if gettext("Resettlement sites") == "Resettlement sites":
            pytest.skip("the translations are not compiled: script/bootstrap does it")
    problems = []
    for one, page in pages(client_in(county, "zh-hans"), county, "zh-CN").items():
        mine = own_words(county).sub("", read(page))
        problems += [f"{one}: {words}" for words in WORDS.findall(mine) if words not in NAMES]
    assert not problems, "\n".join(sorted(set(problems)))


def test_english_pages_hold_no_chinese_and_have_title_language_and_one_heading(county: County) -> None:
    problems = []
    for one, page in pages(client_in(county, "en"), county, "en").items():
        mine = own_words(county).sub("", read(page))
        problems += [f"{one}: {words}" for words in CHINESE.findall(mine) if words != "中文"]
        problems += [f"{one} lacks {what}" for what, pattern in NEEDED.items() if len(re.findall(pattern, page)) != 1]
    assert not problems, "\n".join(sorted(set(problems)))
