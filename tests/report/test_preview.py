"""A preview answers who knows its address, follows every change, and leaves nothing behind."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from markupsafe import escape
from playwright.sync_api import expect

from analysis.errors import InputError
from analysis.report.page import POLICY
from analysis.report.preview import preview, site

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = "".join(f'<h2 id="part-{n}">Del {n}</h2><p>{"ord " * 300}</p>' for n in range(20))


def page_of(words):
    return (
        f'<!DOCTYPE html><html lang="sv"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}"><title>T</title></head>'
        f'<body id="upp"><p id="first">{words}</p>{BLOCKS}</body></html>'
    )


@pytest.fixture
def served():
    with site.served() as found:
        found.show({"report.html": page_of("ett"), "appendix.html": page_of("bilaga")})
        yield found


def answer(served, path, method="GET", host=None):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    reply = connection.getresponse()
    found = reply.status, reply.read().decode(), reply.headers
    connection.close()
    return found


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_get_alone_is_answered(served, method):
    status, text, headers = answer(served, f"/{served.token}/report.html", method)
    assert (status, headers["Allow"]) == (405, "GET")
    assert "ett" not in text


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/report.html", None, 404),
        ("/", None, 404),
        ("/{token}x/report.html", None, 404),
        ("/{token}", None, 404),
        ("/{token}/../report.html", None, 404),
        ("/{token}/%2e%2e/report.html", None, 404),
        ("/%C3%A5/report.html", None, 404),
        ("/{token}/report.html", "evil.example:{port}", 403),
        ("/{token}/report.html", "127.0.0.1", 403),
        ("/{token}/events", "evil.example", 403),
        ("/{token}/report.html", "localhost:{port}", 200),
        ("/{token}/appendix.html?", None, 200),
    ],
)
def test_who_does_not_know_the_address_gets_nothing(served, path, host, status):
    path = path.format(token=served.token)
    found, text, _ = answer(served, path, host=host and host.format(port=served.port))
    assert found == status
    assert ("Del 1" in text) == (status == 200)


def test_another_page_may_not_frame_it_and_no_link_tells_the_token(served):
    _, text, headers = answer(served, f"/{served.token}/report.html")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    nonce = re.search(r"script-src 'nonce-([^']+)'", headers["Content-Security-Policy"])[1]
    assert f'<script nonce="{nonce}"' in text
    assert nonce not in answer(served, f"/{served.token}/report.html")[1]


def test_it_is_not_reached_from_other_machines(served):
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.2", served.port, timeout=5).request("GET", "/")


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport={"width": 1000, "height": 700})
    opened.wrong = []
    opened.on("console", lambda said: opened.wrong.append(said.text))
    yield opened
    opened.close()


def test_a_new_page_is_shown_at_the_same_place(served, page):
    page.goto(served.address)
    page.locator("#part-9").evaluate("mark => window.scrollTo(0, mark.offsetTop - 100)")
    before = page.locator("#part-9").bounding_box()["y"]
    served.show({"report.html": page_of("två " * 2000)})  # what is above becomes longer
    expect(page.locator("#first")).to_contain_text("två")
    page.wait_for_function(
        "y => Math.abs(document.getElementById('part-9').getBoundingClientRect().top - y) < 2",
        arg=before,
    )
    assert not page.wrong


def test_a_fault_lies_over_the_last_good_page_until_it_is_mended(served, page):
    page.goto(served.address)
    served.fail("memberships.csv row 3, column code: <b>'9999'</b>")
    banner = page.get_by_role("alert")
    expect(banner).to_have_text("memberships.csv row 3, column code: <b>'9999'</b>")
    expect(page.locator("#first")).to_have_text("ett")
    served.show(dict(served.pages))  # as it was
    expect(banner).to_have_count(0)
    served.fail("once more")
    expect(banner).to_have_text("once more")
    served.show({"report.html": page_of("tre")})
    expect(page.locator("#first")).to_have_text("tre")
    expect(banner).to_have_count(0)


def test_the_end_of_the_preview_is_told(page):
    with site.served() as found:
        found.show({"report.html": page_of("ett")})
        page.goto(found.address)
        expect(page.locator("#first")).to_have_text("ett")
    expect(page.get_by_role("alert")).to_contain_text("svarar inte")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("karlstadd", {}, "did you mean"),
        ("data", {}, "no investigation.toml"),
        ("no/such/folder", {}, "no/such/folder"),
        ("karlstad", {"chapters": [Path("no.ipynb")]}, "no notebook file"),
        ("examples/lonecenter", {"chapters": [Path("a.ipynb")]}, "is an investigation"),
    ],
)
def test_what_cannot_be_previewed_is_said_before_anything_starts(name, options, words, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(InputError, match=words):
        preview(name, browser=False, **options)


def test_a_port_that_is_taken_is_wrong_input(served, samverkan):
    done = samverkan("preview", "karlstad", "--no-browser", "--port", served.port)
    assert done.returncode == 2
    assert f"--port {served.port} cannot be used" in done.stderr
    assert samverkan("preview", "karlstad", "--port", 70000).returncode == 2


@pytest.fixture
def running(tmp_path):
    """Preview a folder by the command; what it says, its address, and how it ends."""
    started = []
    temporary = Path(tempfile.mkdtemp(prefix="pv", dir="/tmp"))  # short: sockets lie in it

    def run(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "analysis.cli", "preview", *map(str, arguments), "--no-browser"],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        )
        started.append(process)
        process.temporary = temporary
        first = process.stderr.readline()
        assert first.startswith("preview at http"), first + process.stderr.read()
        process.address = re.search(r"http\S+", first)[0]
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.stderr.close()
    shutil.rmtree(temporary, ignore_errors=True)


def follow(process, words):
    """Read on until a line has `words`."""
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended before it said {words!r}")


@pytest.mark.slow
def test_an_investigation_is_followed_and_ctrl_c_leaves_nothing(running, page, tmp_path):
    folder = shutil.copytree(ROOT / "examples" / "lonecenter", tmp_path / "lonecenter")
    process = running(folder, "--jobs", 1)
    page.goto(process.address)
    follow(process, "built in")
    heading = page.get_by_role("heading", name="Uppdraget")
    expect(heading).to_be_visible(timeout=30_000)
    text = folder / "text" / "uppdrag.md"
    text.write_text("Vi prövar en helt ny mening.\n", encoding="utf-8")
    expect(page.get_by_text("Vi prövar en helt ny mening.")).to_be_visible(timeout=60_000)
    text.write_text("<b>Fel</b>\n", encoding="utf-8")
    expect(page.get_by_role("alert")).to_contain_text("HTML such as", timeout=60_000)
    expect(page.get_by_text("Vi prövar en helt ny mening.")).to_be_visible()
    toml = folder / "investigation.toml"
    asked = toml.read_text(encoding="utf-8")
    title = re.search(r'^title = "(.*)"', asked, re.MULTILINE)[1]
    toml.write_text(asked.replace(title, f"{title} igen", 1), encoding="utf-8")
    text.write_text("Nu är det rättat.\n", encoding="utf-8")
    expect(page.get_by_text("Nu är det rättat.")).to_be_visible(timeout=60_000)
    expect(page).to_have_title(re.compile("igen"), timeout=60_000)
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    end = time.monotonic() + 30
    while any(one.is_running() and one.status() != "zombie" for one in family):
        assert time.monotonic() < end, family
        time.sleep(0.1)
    assert [path.name for path in process.temporary.iterdir()] == []
    assert not list(folder.rglob("*.html"))
