from __future__ import annotations

import hashlib
import re
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mteval.alignment.aligner import align
from mteval.alignment.beads import Alignment
from mteval.alignment.resegment import resegment
from mteval.alignment.sentences import align_sentences
from mteval.languages.encoder import Embed, sentence_encoder
from tests.conftest import ROOT

REFERENCES = ROOT / "references"
OUTPUTS = sorted((ROOT / "systems").glob("*/*.txt"))
DOCUMENTS = sorted(path.name[: -len(".zh.txt")] for path in REFERENCES.glob("*.zh.txt"))
REPORTS = ROOT / "benchmarks" / "alignment_reports.tsv"

Shape = tuple[tuple[int, ...], tuple[int, ...]]


def hashed(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Embed by the digits of a text alone: the same ones are the same, others unrelated."""
    rows = []
    for text in texts:
        key = "".join(c for c in text if c.isdigit()) or text
        seed = int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4], "big")
        row = np.random.default_rng(seed).normal(size=64)
        rows.append(row / np.linalg.norm(row))
    return np.array(rows).reshape(-1, 64)


TABLE = np.random.default_rng(1).normal(size=(1000, 64))


def summed(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Embed by the groups of three digits of a text's longest number, fast."""
    rows = np.zeros((len(texts), 64))
    for row, text in zip(rows, texts, strict=True):
        number = max(map(int, re.findall(r"\d+", text)), default=0)
        row += TABLE[number % 1000] + TABLE[number // 1000 % 1000] + TABLE[number // 10**6]
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def read(document: str, language: str) -> list[str]:
    return (REFERENCES / f"{document}.{language}.txt").read_text("utf-8").splitlines()


def shapes(alignment: Alignment) -> list[Shape]:
    return [(bead.sources, bead.targets) for bead in alignment.beads]


def diagonal(count: int) -> list[Shape]:
    return [((n,), (n,)) for n in range(count)]


def check(alignment: Alignment, n_sources: int, n_targets: int) -> None:
    """Check that each index is in exactly one bead, in order."""
    assert [i for bead in alignment.beads for i in bead.sources] == list(range(n_sources))
    assert [j for bead in alignment.beads for j in bead.targets] == list(range(n_targets))
    for bead in alignment.beads:
        assert bead.sources or bead.targets
        assert 0.0 <= bead.confidence <= 1.0
        assert (bead.similarity is None) == (not bead.sources or not bead.targets)
    assert len(alignment.omitted) + sum(len(bead.sources) for bead in alignment.paired) == n_sources
    assert len(alignment.added) + sum(len(bead.targets) for bead in alignment.paired) == n_targets


# Texts of what the aligner looks at: numbers, months, names, headings, labels, several sentences.
PARAGRAPHS = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            [
                "收入為12.5億元。",
                "十二月",
                "吳謙:",
                "王建國",
                "第三條",
                "IMF",
                "  ",
                "？",
                "零",
                "Income was 1.25 billion.",
                "December",
                "Wu Qian:",
                "Wang Jianguo",
                "third",
                "?",
            ]
        ),
        max_size=5,
    ).map(" ".join),
)


@given(st.lists(PARAGRAPHS, max_size=9), st.lists(PARAGRAPHS, max_size=9))
def test_each_paragraph_is_in_one_bead_in_order(sources: list[str], targets: list[str]) -> None:
    alignment = align(sources, targets, hashed)
    check(alignment, len(sources), len(targets))
    assert align(sources, targets, hashed) == alignment


@given(st.lists(PARAGRAPHS, max_size=5), st.lists(PARAGRAPHS, max_size=5))
@settings(max_examples=50)
def test_sentences_and_outputs_keep_every_text(sources: list[str], targets: list[str]) -> None:
    found = align_sentences(sources, targets, hashed)
    check(found.alignment, len(found.sources), len(found.targets))
    for side, texts in ((found.sources, sources), (found.targets, targets)):
        for n, text in enumerate(texts):
            together = "".join(s.text for s in side if s.paragraph == n)
            assert "".join(together.split()) == "".join(text.split())
    again = resegment(sources, targets, hashed)
    assert len(again.texts) == len(again.confidences) == len(sources)
    kept = [text for j, text in enumerate(targets) if j not in again.added]
    assert "".join("".join(again.texts).split()) == "".join("".join(kept).split())


def test_nothing_aligns_with_nothing() -> None:
    assert align([], [], hashed).beads == ()
    assert shapes(align([], ["a", "b"], hashed)) == [((), (0,)), ((), (1,))]
    assert shapes(align(["甲", "乙"], [], hashed)) == [((0,), ()), ((1,), ())]
    assert resegment(["甲"], [], hashed).omitted == (0,)


@pytest.mark.parametrize("many", [5, 40])
def test_one_paragraph_against_many(many: int) -> None:
    chinese, english = read("state-2023-10-27-blinken-wang", "zh"), ["Nothing of the kind."] * many
    english[3] = read("state-2023-10-27-blinken-wang", "en")[5]
    alignment = align([chinese[5]], english, sentence_encoder())
    check(alignment, 1, many)
    assert [(bead.sources, bead.targets) for bead in alignment.paired] == [((0,), (3,))]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_references_pair_line_by_line(document: str) -> None:
    sides = read(document, "zh"), read(document, "en")
    alignment = align(*sides, sentence_encoder())
    assert shapes(alignment) == diagonal(len(sides[0]))
    assert not alignment.is_summary
    assert not any(bead.is_summary for bead in alignment.beads)


@pytest.fixture(scope="module")
def embed() -> Embed:
    """Encode each sentence once for all tests of this file."""
    known: dict[str, npt.NDArray[np.float64]] = {}

    def remember(texts: Sequence[str]) -> npt.NDArray[np.float64]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, sentence_encoder()(new), strict=True))
        return np.stack([known[text] for text in texts])

    return remember


def report(page: str) -> tuple[list[str], list[str]]:
    rows = [line.split("\t") for line in REPORTS.read_text("utf-8").splitlines()]
    return [row[1] for row in rows if row[0] == page], [row[2] for row in rows if row[0] == page]


def pages() -> dict[str, tuple[list[str], list[str]]]:
    found = {name: report(name) for name in ("fund", "enforcement", "pension")}
    for document in DOCUMENTS:
        found[document] = read(document, "zh"), read(document, "en")
    return {name: sides for name, sides in found.items() if len(sides[0]) > 2}


@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("side", [0, 1])
def test_a_paragraph_without_counterpart_shifts_nothing(name: str, side: int, embed: Embed) -> None:
    whole = pages()[name]
    for dropped in range(len(whole[0])):
        sides = [list(texts) for texts in whole]
        del sides[side][dropped]
        truth = []
        for n in range(len(whole[0])):
            left = () if side == 0 and n == dropped else (n - (side == 0 and n > dropped),)
            right = () if side == 1 and n == dropped else (n - (side == 1 and n > dropped),)
            truth.append((left, right))
        assert shapes(align(sides[0], sides[1], embed)) == truth


@pytest.mark.parametrize("name", pages())
@pytest.mark.parametrize("side", [0, 1])
def test_merged_paragraphs_are_found(name: str, side: int, embed: Embed) -> None:
    whole = pages()[name]
    count = len(whole[0])
    for first in range(count - 1):
        # A heading that runs on into its paragraph hardly shows.
        if not whole[1][first].endswith((".", "?", "!")) or not whole[1][first + 1].endswith("."):
            continue
        sides = [list(texts) for texts in whole]
        sides[side][first : first + 2] = [("", " ")[side].join(whole[side][first : first + 2])]
        two, one = (first, first + 1), (first,)
        truth = [
            *diagonal(first),
            (two, one) if side == 1 else (one, two),
            *(((n - (side == 0),), (n - (side == 1),)) for n in range(first + 2, count)),
        ]
        assert shapes(align(sides[0], sides[1], embed)) == truth


def test_an_added_paragraph_with_other_numbers_stays_alone(embed: Embed) -> None:
    chinese, english = report("enforcement")
    added = english[2].replace("April 2023", "June 2021").replace("$5 million", "$12 million")
    alignment = align(chinese, [*english[:3], added, *english[3:]], embed)
    assert alignment.added == (3,)
    assert alignment.omitted == ()


def test_look_alikes_pair_by_their_numbers(embed: Embed) -> None:
    chinese = [f"二零二{n}年，第{n}類機構的比率為{n}3.{n}%，高於最低要求。" for n in range(1, 9)]
    english = [
        f"In 202{n}, the ratio of category {n} institutions was {n}3.{n}%, above the minimum."
        for n in range(1, 9)
    ]
    del chinese[5], english[2]
    alignment = align(chinese, english, embed)
    assert alignment.omitted == (2,)
    assert alignment.added == (4,)


def test_traditional_and_simplified_are_the_same(embed: Embed) -> None:
    import opencc

    chinese, english = report("fund")
    simplified = [str(opencc.OpenCC("t2s").convert(text)) for text in chinese]
    assert align(chinese, english, embed) == align(simplified, english, embed)


def test_a_title_that_its_paragraph_repeats_stays_alone(embed: Embed) -> None:
    chinese, english = report("airport")
    title = chinese[2].split("，")[1]
    alignment = align([*chinese[:2], title, *chinese[2:]], english, embed)
    assert alignment.omitted == (2,)
    assert alignment.added == ()


def test_speakers_tell_question_from_answer(embed: Embed) -> None:
    chinese = ["記者:請介紹會談情況。", "吳謙:我介紹一下會談情況。"]
    alignment = align(chinese, ["Wu Qian: Let me tell you about the talks."], embed)
    assert alignment.omitted == (0,)
    alignment = align(chinese, ["Reporter: Please tell us about the talks."], embed)
    assert alignment.omitted == (1,)


def test_an_agency_may_ask_without_being_called_reporter(embed: Embed) -> None:
    # Both sides name Lin Xiao, so she answers; of AFP nothing is known.
    chinese = ["法新社記者:會談進展如何?", "林曉:雙方進行了坦誠的交流。"]
    english = ["AFP: How are the talks going?", "Lin Xiao: The two sides had candid exchanges."]
    assert shapes(align(chinese, english, embed)) == diagonal(2)
    assert align(chinese, english[1:], embed).omitted == (0,)
    assert align(chinese, english[:1], embed).omitted == (1,)


def test_a_question_is_no_part_of_an_answer(embed: Embed) -> None:
    chinese = [
        "記者:請問雙方何時恢復會談?",
        "吳謙:雙方商定下月恢復國防部工作會晤。",
        "希望對方同我們相向而行。",
    ]
    english = [
        "Wu Qian: The two sides agreed to resume the defense ministry talks next month. We hope "
        "that the other side will move in the same direction as us."
    ]
    alignment = align(chinese, english, embed)
    assert shapes(alignment) == [((0,), ()), ((1, 2), (0,))]


def test_a_greeting_that_both_sides_repeat_pairs_each_time(embed: Embed) -> None:
    chinese = [
        "女士們、先生們:",
        "今天我們在這裏舉行論壇開幕式。",
        "女士們、先生們!",
        "讓我們攜手推動地區和平與發展。",
    ]
    english = [
        "Ladies and gentlemen,",
        "Today we gather here for the opening ceremony of the forum.",
        "Ladies and gentlemen,",
        "Let us join hands to promote peace and development in the region.",
    ]
    assert shapes(align(chinese, english, embed)) == diagonal(4)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_short_document_is_nearly_as_sure_as_a_long_one(document: str, embed: Embed) -> None:
    # A page's title and the question come before; nothing else could be the counterpart.
    asked = ["國防部例行記者會實錄", "記者:請介紹有關情況。"]
    for zh, en in zip(read(document, "zh"), read(document, "en"), strict=True):
        if en.endswith("."):
            [bead] = align([zh], [en], embed).beads
            assert bead.confidence > 0.95
            alignment = align([*asked, zh], [en], embed)
            assert [bead.sources for bead in alignment.paired] == [(2,)]
            assert alignment.paired[0].confidence > 0.75


def test_beginnings_of_other_texts_around_the_text_pair_with_nothing(embed: Embed) -> None:
    chinese, english = report("pension")
    above, below = ["環球視野", "圖集:老街的夜晚"], ["深度觀察丨一座山城的轉身", "文化"]
    frame = ["Most Read", "Special: Winter Games"], ["Beyond the Headlines", "Lifestyle and Travel"]
    alignment = align([*above, *chinese, *below], [*frame[0], *english, *frame[1]], embed)
    count = len(chinese)
    assert alignment.omitted == (0, 1, count + 2, count + 3)
    assert alignment.added == (0, 1, count + 2, count + 3)


def test_texts_that_have_nothing_to_do_with_each_other_do_not_pair(embed: Embed) -> None:
    chinese, _ = report("pension")
    english = [
        "The recipe wants two eggs, a cup of flour and a pinch of salt.",
        "Our cat sleeps on the warm roof of the neighbour's car all day long.",
        "The orchestra will play Mahler's second symphony next Friday evening.",
    ]
    alignment = align(chinese, english, embed)
    assert alignment.paired == ()
    assert not alignment.is_summary


def test_a_summary_is_not_taken_for_a_translation(embed: Embed) -> None:
    chinese, english = report("payment")
    summary = [
        "The payment systems of Hong Kong, including the Faster Payment System, grew in 2022.",
        "Work on central bank digital currencies also went on.",
    ]
    assert align(chinese, summary, embed).is_summary
    assert not align(chinese, english, embed).is_summary
    # Half of a document, translated in full, is no summary.
    assert not align(chinese, english[:5], embed).is_summary
    place = next(n for n, text in enumerate(english) if "Project mBridge" in text)
    english[place] = (
        "We worked with the Bank for International Settlements and several central banks on "
        "Project mBridge."
    )
    alignment = align(chinese, english, embed)
    assert [bead.sources for bead in alignment.beads if bead.is_summary] == [(place,)]
    assert not alignment.is_summary


def test_outputs_are_cut_into_the_paragraphs_of_the_source(embed: Embed) -> None:
    chinese, english = report("airport")
    keep = [n for n, text in enumerate(english) if text.endswith(".")]
    chinese, english = [chinese[n] for n in keep], [english[n] for n in keep]
    first, rest = english[0].split(", up ", 1)
    outputs = [
        *(first + ".", "It was up " + rest),
        " ".join(english[1:3]),
        *english[3:5],
        *english[6:9],
        "A line that no source has, about the weather of the day.",
        " ".join(english[9:12]),
        *english[12:],
    ]
    again = resegment(chinese, outputs, embed)
    wanted = [f"{first}. It was up {rest}", *english[1:]]
    wanted[5] = ""
    assert list(again.texts) == wanted
    assert again.omitted == (5,)
    assert again.added == (8,)


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_outputs_come_back_from_one_line_and_from_merged_neighbours(
    output: Path, embed: Embed
) -> None:
    sources = (ROOT / "references" / f"{output.stem}.zh.txt").read_text("utf-8").splitlines()
    lines = output.read_text("utf-8").splitlines()
    assert list(resegment(sources, [" ".join(lines)], embed).texts) == lines
    for n in range(len(lines) - 1):
        merged = [*lines[:n], " ".join(lines[n : n + 2]), *lines[n + 2 :]]
        assert list(resegment(sources, merged, embed).texts) == lines


def test_an_output_in_one_line_is_cut_into_all_paragraphs(embed: Embed) -> None:
    chinese, english = report("airport")
    again = resegment(chinese, [" ".join(english)], embed)
    right = [text == wanted for text, wanted in zip(again.texts, english, strict=True)]
    assert len(chinese) > 12
    assert sum(right) >= len(right) - 2
    # What the line lacks is left empty, and nothing but it.
    n = len(english) // 2
    assert english[n].endswith(".")
    again = resegment(chinese, [" ".join(english[:n] + english[n + 1 :])], embed)
    assert again.omitted == (n,)


def test_an_output_of_a_sentence_a_line_keeps_all_lines(embed: Embed) -> None:
    chinese, english = report("airport")
    keep = [n for n, text in enumerate(english) if text.endswith(".")]
    groups = [keep[n : n + 6] for n in range(0, len(keep), 6)]
    again = resegment(
        ["".join(chinese[n] for n in group) for group in groups],
        [english[n] for n in keep],
        embed,
    )
    assert list(again.texts) == [" ".join(english[n] for n in group) for group in groups]
    assert (again.omitted, again.added) == ((), ())


def test_a_sentence_of_any_length_is_cut_somewhere(embed: Embed) -> None:
    source = "我们坚决反对这种做法，" * 20 + "结束。"
    output = "we firmly oppose this practice, " * 400 + "end"
    for sources in ([source] * 2, [source] * 3):
        again = resegment(sources, [output], embed)
        assert "".join("".join(again.texts).split()) == "".join(output.split())


def test_blank_lines_are_no_lines(embed: Embed) -> None:
    chinese, english = report("airport")
    again = resegment(chinese, [line for text in english for line in (text, "")], embed)
    assert list(again.texts) == english
    assert again.added == ()


def test_a_paragraph_of_more_than_four_is_one_bead(embed: Embed) -> None:
    chinese, english = report("airport")
    keep = [n for n, text in enumerate(english) if text.endswith(".")][:6]
    alignment = align(["".join(chinese[n] for n in keep)], [english[n] for n in keep], embed)
    assert [(b.sources, b.targets) for b in alignment.beads] == [((0,), tuple(range(6)))]


def test_a_line_from_elsewhere_takes_no_source_in(embed: Embed) -> None:
    chinese, english = report("airport")
    foreign = "The weather in the mountains was cold that winter, and few travellers came. " * 4
    again = resegment(chinese, [*english[:3], foreign.strip(), *english[5:]], embed)
    assert (again.omitted, again.added) == ((3, 4), (3,))
    assert list(again.texts) == [*english[:3], "", "", *english[5:]]


def test_shifted_lines_are_told_from_those_in_their_places(embed: Embed) -> None:
    chinese, english = report("airport")
    assert not resegment(chinese, english, embed).is_shifted
    n = next(n for n, text in enumerate(english) if text.count(". ") and n > 3)
    head, tail = english[n].split(". ", 1)
    outputs = [" ".join(english[:2]), *english[2:n], f"{head}.", tail, *english[n + 1 :]]
    assert len(outputs) == len(chinese)
    again = resegment(chinese, outputs, embed)
    assert again.is_shifted
    assert list(again.texts) == english


def test_sentences_align_within_their_paragraphs(embed: Embed) -> None:
    chinese, english = report("banking")
    found = align_sentences(chinese, english, embed)
    for bead in found.alignment.paired:
        assert {found.sources[i].paragraph for i in bead.sources} == {
            found.targets[j].paragraph for j in bead.targets
        }
    pairs = {
        (found.sources[bead.sources[0]].text, found.targets[bead.targets[0]].text)
        for bead in found.alignment.paired
    }
    assert (
        "一級資本比率為18.1%。",
        "The Tier 1 capital ratio was 18.1%.",
    ) in pairs


def test_long_documents_need_little_memory() -> None:
    count = 1000
    numbers = np.random.default_rng(2).permutation(10**6)[:count].tolist()
    sources = [f"第{n}段，編號{number}。" for n, number in enumerate(numbers)]
    targets = [f"Paragraph {n}, number {number}." for n, number in enumerate(numbers)]
    del sources[100:103], targets[500:560]
    targets[900:902] = [" ".join(targets[900:902])]
    # Dictionaries of pinyin and characters are loaded on use.
    align(sources[:5], targets[:5], summed)
    tracemalloc.start()
    alignment = align(sources, targets, summed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    check(alignment, len(sources), len(targets))
    assert alignment.added == (100, 101, 102)
    assert alignment.omitted == tuple(range(497, 557))
    assert [bead.sources for bead in alignment.paired if len(bead.sources) > 1] == [(957, 958)]
    # A float32 for each of 8 shapes of beads and each pair of paragraphs would take 32 MB.
    assert peak < 24e6, peak
