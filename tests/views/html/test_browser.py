"""The report in a real browser: what a reader does with it."""

from __future__ import annotations

import csv
import dataclasses
import re
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import mteval
from mteval.corpus.model import Document, SystemOutput, TestSet
from mteval.runs.evaluation import Evaluation
from mteval.runs.read import Run
from mteval.runs.schema.rows import ErrorSpan, OccurrenceRow
from mteval.views.html import anchors
from mteval.views.html.report import report_page
from mteval.views.html.word_diff import TOKEN
from tests.views.exports.hostile import HOSTILE, evaluation_of
from tests.views.html.conftest import Opener

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=timezone.utc)
PLACE = "mnd-2023-12-28-military-diplomacy:4"


@pytest.fixture
def report(shipped_run: Path) -> Path:
    return shipped_run / "report.html"


def rows(run: Path, file: str = "segments.csv") -> list[dict[str, str]]:
    with (run / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def page_of(evaluation: Evaluation, folder: Path) -> Path:
    path = folder / "report.html"
    record = evaluation.run_record("a run", NOON, ["mteval", "score"])
    path.write_bytes(report_page(evaluation, record).encode("utf-8"))
    return path


def shown(page: Page) -> list[str]:
    """Return the headings of the segments that are shown, from top to bottom."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('.segment:not([hidden])')]
           .map(a => [a.getBoundingClientRect().top, a.querySelector('h3').textContent])
           .sort((a, b) => a[0] - b[0]).map(pair => pair[1])"""
    )
    return found


def is_in_view(page: Page, selector: str) -> bool:
    found: bool = page.evaluate(
        """selector => { const box = document.querySelector(selector).getBoundingClientRect();
           return box.top >= 0 && box.bottom <= innerHeight; }""",
        selector,
    )
    return found


def test_a_newcomer_finds_who_wrote_beibu_unity_and_where(report: Path, opened: Opener) -> None:
    page = opened(report)
    finding = page.locator(".findings li", has_text="北部·联合")
    expect(finding).to_be_visible()
    expect(finding).to_contain_text(f"✗ Beibu Unity-2023 (deprecated) in llm-glossary ({PLACE})")
    expect(finding).to_contain_text("The reference is not as in the termbase either.")
    finding.locator("a", has_text=PLACE).first.click()
    assert page.url.endswith("#s6-1")
    row = page.locator(".segment tr.here")
    expect(row.locator("th")).to_have_text("llm-glossary")
    expect(row.locator("mark.bad")).to_have_text("Beibu Unity-2023")
    assert page.locator(".segment:has(tr.here) > h3").text_content() == PLACE
    page.wait_for_timeout(200)
    assert is_in_view(page, "tr.here")


def test_a_term_is_found_and_followed_to_its_place(report: Path, opened: Opener) -> None:
    page = opened(report)
    total = page.locator("#terms tbody tr").count()
    page.locator("#term-filters input[name=text]").fill("beibu unity")
    expect(page.locator("#terms-shown")).to_have_text(f"1 of {total} terms")
    row = page.locator("#terms tbody tr:visible")
    expect(row.locator("th [lang=zh]")).to_have_text("北部·联合")
    cell = row.locator("td").nth(2)
    assert cell.locator("summary").get_attribute("title") == f"deprecated: {PLACE}"
    cell.locator("summary").click()
    cell.locator("a").click()
    expect(page.locator("tr.here mark.bad")).to_have_text("Beibu Unity-2023")
    page.locator("#term-filters button").click()
    expect(page.locator("#terms-shown")).to_have_text(f"{total} of {total} terms")
    page.locator("#term-filters select").select_option("gone")
    terms = {r["concept"] for r in rows(report.parent, "terms.csv")}
    omitted = {
        r["concept"]
        for r in rows(report.parent, "occurrences.csv")
        if r["kind"] == "system" and r["verdict"] == "omitted"
    }
    expect(page.locator("#terms-shown")).to_have_text(f"{len(omitted)} of {len(terms)} terms")


def test_filters_show_what_the_run_folder_says(report: Path, opened: Opener) -> None:
    page = opened(report)
    segments = rows(report.parent)
    all_of_them = len({(r["document"], r["segment"]) for r in segments})
    count = page.locator("#segments-shown")
    expect(count).to_have_text(f"{all_of_them} of {all_of_them} segments")
    form = page.locator("#segment-filters")

    form.locator("select[name=document]").select_option("state-2023-10-27-blinken-wang")
    expected = {r["segment"] for r in segments if r["document"] == "state-2023-10-27-blinken-wang"}
    expect(count).to_have_text(f"{len(expected)} of {all_of_them} segments")
    form.locator("button").click()

    form.locator("select[name=verdict]").select_option("deprecated")
    wrong = {
        (r["document"], r["segment"])
        for r in rows(report.parent, "occurrences.csv")
        if r["kind"] == "system" and r["verdict"] == "deprecated"
    }
    expect(count).to_have_text(f"{len(wrong)} of {all_of_them} segments")
    assert set(shown(page)) == {":".join(place) for place in wrong}
    form.locator("button").click()

    form.locator("select[name=metric]").select_option("chrf")
    form.locator("input[name=low]").fill("60")
    form.locator("input[name=high]").fill("70")
    for box in form.locator("input[name=system]").all()[1:]:
        box.uncheck()
    fits = {
        (r["document"], r["segment"])
        for r in segments
        if r["system"] == "llm-fluent" and 60 <= float(r["chrf"]) <= 70
    }
    expect(count).to_have_text(f"{len(fits)} of {all_of_them} segments")
    assert set(shown(page)) == {":".join(place) for place in fits}
    assert page.locator(".segment:not([hidden]) tr:visible th[scope=row]").all_text_contents() == [
        "llm-fluent"
    ] * len(fits)
    form.locator("button").click()

    form.locator("input[name=text]").fill("exercise")
    found = {
        (r["document"], r["segment"])
        for r in segments
        if any("exercise" in r[column].lower() for column in ("source", "reference", "hypothesis"))
    }
    assert found
    expect(count).to_have_text(f"{len(found)} of {all_of_them} segments")
    form.locator("input[name=text]").fill("no text has this")
    expect(page.locator("#none-shown")).to_be_visible()


def test_a_score_is_found_from_what_is_shown_of_it_on(report: Path, opened: Opener) -> None:
    page = opened(report)
    page.locator("select[name=metric]").select_option("bleu")
    # The best segment of all that is shown higher than it is.
    highest, place = max(
        (float(f"{float(row['bleu']):.1f}"), f"{row['document']}:{row['segment']}")
        for row in rows(report.parent)
        if float(f"{float(row['bleu']):.1f}") > float(row["bleu"])
    )
    page.locator("input[name=low]").fill(f"{highest:.1f}")
    assert place in shown(page)


def test_the_widest_disagreement_comes_first(report: Path, opened: Opener) -> None:
    page = opened(report)
    scores: dict[str, list[float]] = {}
    for row in rows(report.parent):
        scores.setdefault(f"{row['document']}:{row['segment']}", []).append(float(row["bleu"]))
    page.locator("select[name=sort]").select_option("disagreement")
    widths = [max(scores[name]) - min(scores[name]) for name in shown(page)]
    assert widths == sorted(widths, reverse=True)
    assert len(widths) == len(scores)
    page.locator("select[name=sort]").select_option("lowest")
    lowest = [min(scores[name]) for name in shown(page)]
    assert lowest == sorted(lowest)
    page.locator("select[name=sort]").select_option("document")
    assert shown(page) == list(scores)


def test_words_that_are_not_the_references_are_marked(tmp_path: Path, opened: Opener) -> None:
    test_set = TestSet((Document.from_columns("d", ["甲"], [["The “old” ship sailed 🚢 far."]]),))
    systems = [SystemOutput("x", {"d": ('the "new" ship 🚢 sailed far',)})]
    page = opened(page_of(mteval.evaluate(test_set, systems, ["bleu"]), tmp_path), "#s0-0")
    cell = page.locator("#s0-0 .t")
    marks = cell.locator("mark.ins").all_text_contents()
    # An alignment of words keeps either "sailed" or the ship.
    assert marks in (["new", "🚢"], ["new", "sailed"])
    expect(cell).to_have_text('the "new" ship 🚢 sailed far')
    page.locator("select[name=diff]").select_option("whole")
    expect(cell.locator("del").first).to_have_text("old")
    page.locator("select[name=diff]").select_option("off")
    expect(cell.locator("mark, del")).to_have_count(0)
    expect(cell).to_have_text('the "new" ship 🚢 sailed far')


def test_flags_and_error_spans_are_shown(tmp_path: Path, opened: Opener) -> None:
    test_set = TestSet((Document.from_columns("d", ["甲", "乙"], [["one ship", "two ships"]]),))
    systems = [SystemOutput("x", {"d": ("🚢 wrong ship", "two ships")})]
    span = ErrorSpan(start=2, end=7, text="wrong", severity="critical", confidence=0.9)
    evaluation = dataclasses.replace(
        mteval.evaluate(test_set, systems, ["bleu"], checks=False),
        flags={"number": {(0, 1): "2 for 3"}},
        error_spans={"bleu": {(0, 0): [span]}},
    )
    page = opened(page_of(evaluation, tmp_path))
    expect(page.locator("#s0-0 mark.error")).to_have_text("wrong")
    expect(page.locator("#s1-0 .flags")).to_have_text("⚑ number: 2 for 3")
    page.locator("select[name=flag]").select_option("number")
    assert shown(page) == ["d:2"]
    expect(page.locator("#s1-0")).to_have_class("match")


def test_a_domain_is_filtered_and_its_rows_are_coloured(tmp_path: Path, opened: Opener) -> None:
    test_set = TestSet(
        tuple(
            Document.from_columns(name, None, [[text]], domain=domain)
            for name, text, domain in (
                ("d", "one ship sailed", "news"),
                ("e", "two ships sailed", None),
                ("f", "three ships sailed", "news"),
            )
        )
    )
    systems = [
        SystemOutput("x", {"d": ("one ship",), "e": ("two ships",), "f": ("three",)}),
        SystemOutput("y", {"d": ("ship",), "e": ("two ships sailed",), "f": ("sailed",)}),
    ]
    page = opened(page_of(mteval.evaluate(test_set, systems, ["chrf"], samples=0), tmp_path))
    page.locator("select[name=domain]").select_option("news")
    assert shown(page) == ["d:1", "f:1"]
    page.locator("select[name=document]").select_option("e")
    expect(page.locator("#none-shown")).to_be_visible()
    page.locator("select[name=domain]").select_option("(none)")
    assert shown(page) == ["e:1"]
    page.locator("#segment-filters button").click()
    assert shown(page) == ["d:1", "e:1", "f:1"]
    colours = page.evaluate(
        """[...document.querySelectorAll('.domains td.num')]
           .map(cell => getComputedStyle(cell).backgroundColor)"""
    )
    assert len(set(colours)) == 4


def test_a_link_shows_what_filters_hide(report: Path, opened: Opener) -> None:
    page = opened(report)
    page.locator("#segment-filters select[name=document]").select_option(
        "mnd-2023-12-28-video-call"
    )
    page.locator(".findings li", has_text="北部·联合").locator("a").first.click()
    expect(page.locator("tr.here")).to_be_visible()
    expect(page.locator(".segment:has(tr.here) > h3")).to_have_text(PLACE)


def test_a_point_of_a_plot_leads_to_its_segment(report: Path, opened: Opener) -> None:
    page = opened(report)
    page.locator("#plots svg a").first.scroll_into_view_if_needed()
    box = page.locator("#plots svg a").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(r"#s\d+-\d+$"))
    expect(page.locator(f"#{page.url.split('#')[1]}.here")).to_be_visible()


def test_keys_search_and_walk(report: Path, opened: Opener) -> None:
    page = opened(report)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type("exercise")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.querySelector('h3').textContent") == shown(page)[0]
    page.locator("#segment-filters button").focus()
    page.keyboard.press("Enter")
    assert len(shown(page)) == page.locator(".segment").count()
    page.evaluate("document.activeElement.blur()")
    first, second, third = shown(page)[:3]
    for key, expected in (("j", first), ("j", second), ("j", third), ("k", second)):
        page.keyboard.press(key)
        found = page.evaluate("document.activeElement.querySelector('h3').textContent")
        assert found == expected


def test_tables_need_no_script(report: Path, opened: Opener) -> None:
    page = opened(report, scripts=False)
    texts = page.locator("#segments tr .t").all_text_contents()
    assert sorted(texts) == sorted(row["hypothesis"] for row in rows(report.parent))
    expect(page.locator("#segments tr .t").first).to_be_visible()
    for section in ("summary", "documents", "terms", "segments", "plots", "reproduce"):
        expect(page.locator(f"#{section}-h")).to_be_visible()
    expect(page.locator("form")).to_have_count(2)
    assert not any(form.is_visible() for form in page.locator("form").all())
    # Renderings open by themselves: their places are links, without a script.
    page.locator("#terms summary", has_text="Beibu Unity").first.click()
    expect(page.locator("#terms a:visible", has_text=PLACE).first).to_be_visible()


def test_system_scores_are_those_of_the_run(report: Path, opened: Opener) -> None:
    page = opened(report)
    for row in rows(report.parent, "systems.csv"):
        shown_row = page.locator("#summary tbody tr", has_text=row["system"]).inner_text()
        for metric, decimals in (("bleu", 1), ("chrf", 1), ("term_accuracy", 3)):
            low, high = float(row[f"{metric}_ci_low"]), float(row[f"{metric}_ci_high"])
            assert f"{float(row[metric]):.{decimals}f}" in shown_row
            assert f"±{(high - low) / 2:.{decimals}f} ({row[f'{metric}_rank']})" in shown_row


def test_chinese_says_that_it_is_chinese(report: Path, opened: Opener) -> None:
    page = opened(report)
    stray = page.evaluate(
        r"""() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found = [];
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (/\p{Script=Han}/u.test(walker.currentNode.data) && !element.closest('script')
                && !element.closest('[lang]').lang.startsWith('zh')) {
              found.push(walker.currentNode.data);
            }
          }
          return found;
        }"""
    )
    assert stray == []


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(report: Path, opened: Opener, dark: bool) -> None:
    """WCAG 2.1 wants a contrast of 4.5 to 1 at least (success criterion 1.4.3)."""
    page = opened(report, dark=dark)
    pairs = page.evaluate(
        """() => {
          const canvas = document.createElement('canvas')
            .getContext('2d', {willReadFrequently: true});
          const rgb = (colour, under) => {
            canvas.fillStyle = under ?? '#000'; canvas.fillRect(0, 0, 1, 1);
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const paper = getComputedStyle(document.body).backgroundColor;
          const found = [];
          for (const element of document.querySelectorAll(
            'p, th, td, small, .v, mark, a, summary, label, button, output, del, .flags')) {
            let ground = null;
            for (let at = element; at && !ground; at = at.parentElement) {
              const colour = getComputedStyle(at).backgroundColor;
              if (!/^rgba\\(.*, 0\\)$/.test(colour)) ground = colour;
            }
            found.push([element.tagName + '.' + element.className,
              rgb(getComputedStyle(element).color), rgb(ground ?? paper, paper)]);
          }
          return found;
        }"""
    )

    def luminance(colour: list[int]) -> float:
        parts = np.array(colour) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    poor = set()
    for name, ink, ground in pairs:
        low, high = sorted((luminance(ink), luminance(ground)))
        if (high + 0.05) / (low + 0.05) < 4.5:
            poor.add((name, tuple(ink), tuple(ground)))
    assert poor == set()
    assert len(pairs) > 500


def test_the_button_switches_between_light_and_dark(report: Path, opened: Opener) -> None:
    page = opened(report)

    def ground() -> str:
        colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    light = ground()
    page.locator("#theme").click()
    dark = ground()
    assert dark != light
    page.locator("#theme").click()
    assert ground() == light
    page.emulate_media(color_scheme="dark")
    assert ground() == light  # what the reader chose stays
    assert (
        opened(report, dark=True).evaluate("getComputedStyle(document.body).backgroundColor")
        == dark
    )


def test_a_phone_shows_it_without_scrolling_sideways(report: Path, opened: Opener) -> None:
    page = opened(report, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".findings li", has_text="北部·联合").locator("a").first.click()
    row = page.locator("tr.here")
    expect(row).to_be_visible()
    box = row.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    small = page.evaluate(
        """[...document.querySelectorAll('button, select, input:not([type=checkbox])')]
           .filter(e => e.getBoundingClientRect().height < 24 && e.offsetParent).length"""
    )
    assert small == 0  # WCAG 2.2, target size (minimum), 2.5.8


def test_a_thousand_hostile_texts_are_shown_as_they_are(tmp_path: Path, opened: Opener) -> None:
    evaluation = evaluation_of(HOSTILE)
    evaluation = dataclasses.replace(
        evaluation,
        notes=tuple(HOSTILE),
        occurrences=[
            OccurrenceRow(
                system=evaluation.systems[0],
                kind="system",
                document="d",
                segment=i + 1,
                concept=f"c{i}",
                source=text,
                source_start=0,
                source_end=len(text),
                verdict="other",
                rendering=text or None,
                start=0,
                end=len(text),
                listed=None,
                severity="major",
                confidence=None,
            )
            for i, text in enumerate(HOSTILE)
        ],
    )
    page = opened(page_of(evaluation, tmp_path))
    # NUL, which no file may hold, is all that HTML cannot.
    assert not any("\0" in text for text in HOSTILE)

    def hypotheses() -> list[str]:
        found: list[str] = page.evaluate(
            "[...document.querySelectorAll('tr[id$=\"-0\"] .t')].map(cell => cell.textContent)"
        )
        return found

    assert hypotheses() == HOSTILE
    for mode in ("changed", "off"):
        page.locator("select[name=diff]").select_option(mode)
        for _ in range(30):
            page.mouse.wheel(0, 4000)
        page.wait_for_timeout(200)
        assert hypotheses() == HOSTILE
    assert (
        page.evaluate(
            "[...document.querySelectorAll('#summary details li')].map(item => item.textContent)"
        )
        == HOSTILE
    )
    assert (
        page.evaluate(
            "[...document.querySelectorAll('#terms tbody th [lang]')].map(item => item.textContent)"
        )
        == HOSTILE
    )
    # What counts as a word is the same in the browser and here, where runs of words are made.
    counted = page.evaluate(
        "([pattern, texts]) => texts.map("
        "text => [...text.matchAll(new RegExp(pattern, 'g'))].length)",
        [TOKEN, HOSTILE],
    )
    assert counted == [len(re.findall(TOKEN, text)) for text in HOSTILE]
    # Ours are the page's elements, all of them.
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert (
        page.evaluate(
            "document.querySelectorAll('b, img, iframe, object, embed, base, link').length"
        )
        == page.locator("#documents summary b").count()
    )
    links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    assert all(re.fullmatch(r"#[a-z0-9-]+", link) for link in links if link)


def test_it_may_be_moved_and_renamed(report: Path, tmp_path: Path, opened: Opener) -> None:
    moved = tmp_path / "北部 report #1?.html"
    moved.write_bytes(report.read_bytes())
    expect(opened(moved).locator("h1")).to_be_visible()


def test_the_command_makes_the_page_that_score_wrote(report: Path, tmp_path: Path) -> None:
    run = Run(report.parent)
    assert report_page(run.evaluation, run.record).encode("utf-8") == report.read_bytes()


@pytest.mark.parametrize("limit", [78, 77])
def test_too_many_texts_for_a_page_are_left_out_and_nothing_leads_to_them(
    report: Path,
    tmp_path: Path,
    opened: Opener,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
) -> None:
    monkeypatch.setattr(anchors, "MAX_TEXTS", limit)  # of 26 segments by 3 systems
    run = Run(report.parent)
    path = tmp_path / "report.html"
    path.write_text(report_page(run.evaluation, run.record), "utf-8")
    page = opened(path)
    expect(page.locator("#segment-list > .segment")).to_have_count(26 if limit == 78 else 0)
    left_out = page.get_by_text("so they are left out")
    expect(left_out).to_have_count(0 if limit == 78 else 1)
    assert (
        page.evaluate(
            """[...document.querySelectorAll("a[href^='#']")]
           .filter(link => !document.getElementById(link.getAttribute("href").slice(1)))
           .map(link => link.textContent)"""
        )
        == []
    )
    # What remains works.
    page.locator("#term-filters input[name=text]").fill("北部联合")
    expect(page.locator("#terms tbody tr:visible")).to_have_count(1)
