"""Every word of the reports is Swedish: hunspell with the project's own word list and the names."""

import re
import subprocess
from pathlib import Path

import pytest
from lxml import html as lxml_html

from analysis.loaders import population
from analysis.regions import counties, municipalities

pytestmark = pytest.mark.xdist_group("report")

OWN = Path(__file__).with_name("ordlista.txt")
WORD = re.compile(r"[A-Za-zÅÄÖåäöÉéü]+(?:-[A-Za-zÅÄÖåäöÉé]+)*")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def names():
    texts = [entry.name for entry in municipalities().values()]
    texts += list(counties().values()) + list(population.load_localities()["name"])
    found = {word for text in texts for word in WORD.findall(text)}
    return found | {f"{name}s" for name in found}


def words_of(path):
    page = lxml_html.fromstring(path.read_text(encoding="utf-8"))
    for element in page.xpath("//style"):
        element.drop_tree()
    text = [*page.itertext(), *(image.get("alt") for image in page.iter("img"))]
    return set(WORD.findall(ADDRESS.sub(" ", " ".join(text))))


def unknown(words):
    done = subprocess.run(
        ["hunspell", "-d", "sv_SE", "-i", "utf-8", "-l"],
        check=True,
        input="\n".join(sorted(words)),
        capture_output=True,
        text=True,
    )
    own = set(OWN.read_text(encoding="utf-8").split())
    return set(done.stdout.split()) - own - names()


def test_the_checker_knows_a_misspelling_from_a_word():
    assert unknown({"samverkan", "kommuner", "Hammarö"}) == set()
    assert unknown({"kommunner", "municipality"}) == {"kommunner", "municipality"}


@pytest.mark.parametrize("path", ["karlstad/report.html", "malardalen/report.html", "index.html"])
def test_every_word_is_swedish(reports, path):
    assert not unknown(words_of(reports / path))


def test_the_word_list_is_sorted_and_says_nothing_twice():
    words = OWN.read_text(encoding="utf-8").split()
    assert words == sorted(set(words))
