"""Chunks cover their texts, obey the limits and hold the same content on both sides."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mteval.languages.sentences import sentence_ends
from mteval.metrics.learned.chunks import Limits, Span, split_aligned

ZH = "第{}条，双方应当加强海上合作与交流，并及时通报有关情况。"
EN = "Article {}: the two sides shall strengthen maritime cooperation, and inform each other. "
WORD = st.sampled_from(
    [
        *("国防部", "发言人", "。", "，", "！”", "……", "——", "the", "Navy", "U.S.", "Mr.", "3.14"),
        *("said.", "a,", "“Yes.”", "?", " ", "\n", "  ", "No. 5", "— —"),
    ]
)
TEXT = st.one_of(
    st.lists(WORD, max_size=60).map("".join),
    st.lists(WORD, max_size=60).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


def tokens_of(text: str) -> list[Span]:
    """Take Chinese characters, words and signs for tokens."""
    return [match.span() for match in re.finditer(r"[\u3400-\u9fff]|\w+|[^\w\s]", text)]


def split(texts: Sequence[str], limits: Limits) -> list[tuple[Span, ...]]:
    found = split_aligned(texts, [tokens_of(text) for text in texts], limits)
    assert found is not None
    return found


def counts(text: str, ranges: Sequence[Span]) -> list[int]:
    """Count the tokens that begin in each range."""
    starts = [start for start, _ in tokens_of(text)]
    return [sum(first <= start < last for start in starts) for first, last in ranges]


def check_cover(texts: Sequence[str], chunks: Sequence[tuple[Span, ...]]) -> None:
    """Every text is cut into contiguous ranges from its first to its last character."""
    assert chunks
    for t, text in enumerate(texts):
        ranges = [chunk[t] for chunk in chunks]
        assert ranges[0][0] == 0
        assert ranges[-1][1] == len(text)
        assert all(before[1] == after[0] for before, after in pairwise(ranges))
        assert all(first <= last for first, last in ranges)


def check_limits(
    texts: Sequence[str], chunks: Sequence[tuple[Span, ...]], limits: Limits
) -> list[list[int]]:
    """No chunk is too large; gives the tokens of every text by chunk."""
    sizes = [counts(text, [chunk[t] for chunk in chunks]) for t, text in enumerate(texts)]
    assert [sum(size) for size in sizes] == [len(tokens_of(text)) for text in texts]
    for chunk in zip(*sizes, strict=True):
        assert max(chunk) <= limits.each
        assert sum(chunk) <= limits.together
    return sizes


@pytest.mark.parametrize(
    "sentences",
    [
        ["双方进行了会谈。", "会谈是建设性的！", "下一步呢？", "我们拭目以待……", "完"],
        ["发言人说：“我们坚决反对。”", "记者问：『为什么？』", "（完。）", "（下略。）】", "完"],
        ["真的吗？！", "真的！！！", "好。"],
        ["He spoke.", " She left!", " Why?", " Nobody knows"],
        ["Mr. Wang met Gen. Smith of the U.S. Navy and J. K. Lee.", " They agreed."],
        ["See No. 5 and Art. 12 of Sept. 3, vs. Dr. Li et al. Then Prof. Wu.", " It ended."],
        [
            "It grew by 3.14 percent to 1,000.5 in v2.0.",
            " It fell by .5 in 2020.",
            " 30 came.",
        ],
        ["He said, “We object.”", " “Why?”", " (It is so.)", " “Yes!”", " 'Done.'", ' "So."', " A"],
        ["He paused... and went on.", " Then he stopped...", " Nothing came."],
        ["a file at x.y.com was lost.", " The end?!", " Yes."],
        ["中国国防部发言人说。", "The U.S. Navy came.", " 中方反对。", "It left."],
        ["No stop and no capital. so it goes on"],
        ["没有句号，也没有结尾"],
    ],
)
def test_a_text_is_cut_at_its_sentences(sentences: list[str]) -> None:
    text = "".join(sentences)
    ends = [end for end in sentence_ends(text) if end < len(text)]
    assert [text[i:j] for i, j in pairwise([0, *ends, len(text)])] == sentences


@pytest.mark.parametrize("text", ["", " ", "3.14", "Mr. Smith", "J. K. Lee", "U.S. Navy", "e.g. A"])
def test_no_sentence_ends_here(text: str) -> None:
    assert sentence_ends(text) == []


@given(TEXT)
def test_sentence_ends_ascend_within_the_text(text: str) -> None:
    ends = sentence_ends(text)
    assert ends == sorted(set(ends))
    assert all(0 < end <= len(text) for end in ends)


@settings(max_examples=400)
@given(
    texts=st.lists(TEXT, min_size=1, max_size=3),
    each=st.integers(2, 40),
    more=st.integers(0, 40),
)
def test_chunks_cover_the_texts_within_the_limits(texts: list[str], each: int, more: int) -> None:
    # What a token of each text and its rounding need.
    limits = Limits(each, 2 * len(texts) + more)
    chunks = split(texts, limits)
    check_cover(texts, chunks)
    sizes = check_limits(texts, chunks, limits)
    lengths = [sum(size) for size in sizes]
    assert len(chunks) >= max(-(-length // limits.each) for length in lengths)
    assert len(chunks) >= -(-sum(lengths) // limits.together)
    if limits.allow(lengths):
        assert len(chunks) == 1


def numbered(n: int) -> list[str]:
    return [
        "".join(ZH.format(i) for i in range(100, 100 + n)),
        "".join(EN.format(i) for i in range(100, 100 + n)).rstrip(),
    ]


@pytest.mark.parametrize("n", [2, 7, 24, 61])
@pytest.mark.parametrize("each", [60, 128, 510])
def test_chunks_hold_the_same_sentences_on_both_sides(n: int, each: int) -> None:
    texts = numbered(n)
    limits = Limits(each, 3 * each)
    chunks = split(texts, limits)
    check_cover(texts, chunks)
    check_limits(texts, chunks, limits)
    assert len(chunks) == -(-n // (each // (len(tokens_of(texts[0])) // n)))
    ends = [set(sentence_ends(text)) | {len(text)} for text in texts]
    for chunk in chunks:
        assert all(last in ends[t] for t, (_, last) in enumerate(chunk))
        one, other = (
            re.findall(r"\d+", text[i:j]) for text, (i, j) in zip(texts, chunk, strict=True)
        )
        assert one == other != []


def test_three_texts_are_split_together() -> None:
    zh, en = numbered(20)
    texts = [zh, en, en.replace("shall strengthen", "will reinforce and build up")]
    limits = Limits(200, 300)
    chunks = split(texts, limits)
    check_cover(texts, chunks)
    check_limits(texts, chunks, limits)
    for chunk in chunks:
        numbers = [re.findall(r"\d+", text[i:j]) for text, (i, j) in zip(texts, chunk, strict=True)]
        assert numbers[0] == numbers[1] == numbers[2] != []


def test_all_that_fits_is_one_chunk() -> None:
    texts = numbered(5)
    assert split(texts, Limits(510, 1020)) == [tuple((0, len(text)) for text in texts)]


@pytest.mark.parametrize(("together", "least"), [(10_000, 3), (120, 5), (60, 9)])
def test_what_is_scored_together_fits_together(together: int, least: int) -> None:
    texts = numbered(12)
    texts[0] = texts[0][: len(texts[0]) // 2]
    limits = Limits(100, together)
    chunks = split(texts, limits)
    check_cover(texts, chunks)
    sizes = check_limits(texts, chunks, limits)
    lower = max(-(-sum(map(sum, sizes)) // together), *(-(-sum(size) // 100) for size in sizes))
    assert len(chunks) >= lower
    assert len(chunks) <= least + 3


@pytest.mark.parametrize(
    "texts",
    [
        ["海" * 300, "sea " * 250],
        ["海" * 700, "sea " * 90],
        ["海" * 5, "sea " * 999],
        ["海" * 1100],
        ["海" * 300, "sea " * 250, "ocean " * 260],
    ],
)
def test_a_long_sentence_without_signs_is_split(texts: list[str]) -> None:
    limits = Limits(100, 250)
    chunks = split(texts, limits)
    check_cover(texts, chunks)
    sizes = check_limits(texts, chunks, limits)
    longest = max(map(sum, sizes))
    assert -(-longest // 100) <= len(chunks) <= 2 * -(-longest // 100)


def test_a_long_sentence_is_split_at_its_clauses() -> None:
    zh = "，".join(["双方应当加强海上合作"] * 12) + "。"
    en = ", ".join(["the two sides shall cooperate at sea"] * 12) + "."
    chunks = split([zh, en], Limits(40, 80))
    check_cover([zh, en], chunks)
    check_limits([zh, en], chunks, Limits(40, 80))
    for chunk in chunks[:-1]:
        assert zh[chunk[0][1] - 1] == "，"
        assert en[chunk[1][1] - 1] == ","


def test_the_sentences_of_a_long_source_stay_whole_for_a_short_hypothesis() -> None:
    source = numbered(20)[0]
    texts = [source, "one two three four five six seven eight nine ten eleven twelve"]
    chunks = split(texts, Limits(100, 200))
    check_cover(texts, chunks)
    check_limits(texts, chunks, Limits(100, 200))
    ends = sentence_ends(source)
    assert all(chunk[0][1] in ends for chunk in chunks)
    assert all(counts(texts[1], [chunk[1] for chunk in chunks]))


@settings(max_examples=50)
@given(n=st.integers(1, 30), words=st.integers(0, 4))
def test_fewer_tokens_than_chunks_leave_some_empty(n: int, words: int) -> None:
    source = numbered(n)[0]
    texts = [source, " ".join(["word"] * words)]
    limits = Limits(30, 60)
    chunks = split(texts, limits)
    check_cover(texts, chunks)
    sizes = check_limits(texts, chunks, limits)
    assert all(sizes[0])
    if len(chunks) > words:
        assert 0 in sizes[1]
    else:
        assert all(sizes[1])


@pytest.mark.parametrize("empty", ["", " ", " \n \u3000"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_text_without_tokens_is_in_no_way(empty: str, side: int) -> None:
    texts = numbered(20)
    texts[side] = empty
    limits = Limits(100, 200)
    chunks = split(texts, limits)
    assert len(chunks) > 1
    check_cover(texts, chunks)
    sizes = check_limits(texts, chunks, limits)
    assert all(sizes[1 - side])


def test_texts_without_any_tokens_are_one_chunk() -> None:
    assert split(["", " "], Limits(10, 20)) == [((0, 0), (0, 1))]


def every_split(
    texts: Sequence[str], limits: Limits
) -> list[tuple[tuple[int, float], list[tuple[Span, ...]]]]:
    """List all splits at sentence ends that fit, each with its chunks and cost: the definition."""
    ends = [[0, *(e for e in sentence_ends(t) if e < len(t)), len(t)] for t in texts]
    before = [
        [sum(start < end for start, _ in tokens_of(text)) for end in cuts]
        for text, cuts in zip(texts, ends, strict=True)
    ]
    longest = max(range(len(texts)), key=lambda t: before[t][-1])
    pivot = before[longest]
    shares = [tokens / pivot[-1] for tokens in pivot]
    # Of every text the cut whose share of its tokens is nearest; of two the later.
    nearest = [
        [
            min(
                range(len(counts)),
                key=lambda i, counts=counts, share=share: (  # type: ignore[misc]
                    abs(counts[i] - share * counts[-1]),
                    -i,
                ),
            )
            for counts in before
        ]
        for share in shares
    ]
    for n, row in enumerate(nearest):
        row[longest] = n
    found = []
    inner = range(1, len(pivot) - 1)
    for size in range(len(pivot) - 1):
        for chosen in combinations(inner, size):
            chain = [0, *chosen, len(pivot) - 1]
            sizes = [
                [counts[j] - counts[i] for counts, i, j in zip(before, *rows, strict=True)]
                for rows in pairwise([nearest[n] for n in chain])
            ]
            if not all(limits.allow(one) and all(one) for one in sizes):
                continue
            misfit = sum(
                abs(counts[i] / counts[-1] - shares[n])
                for n in chain[1:]
                for counts, i in zip(before, nearest[n], strict=True)
            )
            evenness = sum((shares[b] - shares[a]) ** 2 for a, b in pairwise(chain))
            ranges = [
                tuple((cuts[i], cuts[j]) for cuts, i, j in zip(ends, *rows, strict=True))
                for rows in pairwise([nearest[n] for n in chain])
            ]
            found.append(((len(chain) - 1, misfit + evenness), ranges))
    return sorted(found, key=lambda one: one[0])


@pytest.mark.parametrize("seed", range(80))
def test_of_all_splits_the_best_is_taken(seed: int) -> None:
    """Fewest chunks, then ends at the most equal shares of the texts and the most even sizes."""
    draw = random.Random(seed)
    texts = [
        " ".join(
            " ".join(["W" + "w" * draw.randint(0, 4)] * draw.randint(1, 9)) + "."
            for _ in range(draw.randint(4, 8))
        )
        for _ in range(draw.choice([1, 2, 2, 3]))
    ]
    # The least limits, more or less, that some split at sentence ends fits.
    limits = Limits(draw.randint(12, 24), draw.randint(20, 60))
    while not (found := every_split(texts, limits)):
        limits = Limits(limits.each + 2, limits.together + 3)
    best = found[0][0]
    # Several may be the best.
    assert split(texts, limits) in [
        ranges
        for (chunks, cost), ranges in found
        if chunks == best[0] and cost == pytest.approx(best[1], abs=1e-9)
    ]


@pytest.mark.parametrize("n_tokens", [100, 399, 400, 5000])
def test_a_text_without_stops_is_cut_between_some_of_its_tokens(n_tokens: int) -> None:
    text = "海" * n_tokens
    limits = Limits(64, 320)
    # 8 cuts a chunk, or 50 a text: a step of up to 320 // 8 tokens.
    step = max(1, min(limits.together // 8, n_tokens // 50))
    ends = [end for [(_, end)] in split([text], limits)]
    assert all(end % step == 0 for end in ends[:-1])
    assert len(ends) == -(-n_tokens // (64 // step * step))


def test_what_just_fits_is_allowed() -> None:
    limits = Limits(10, 15)
    assert limits.allow([10, 5])
    assert not limits.allow([11, 4])
    assert not limits.allow([10, 6])


def test_what_cannot_fit_is_not_split() -> None:
    assert (
        split_aligned(["海海", "sea sea"], [[(0, 1), (1, 2)], [(0, 3), (4, 7)]], Limits(0, 0))
        is None
    )


@pytest.mark.parametrize("n_tokens", [600, 5_000, 40_000])
def test_text_without_any_stop_is_split_however_long(n_tokens: int) -> None:
    limits = Limits(508, 506)
    texts = ["海" * n_tokens, "sea " * n_tokens, "sea"]
    chunks = split(texts, limits)
    check_limits(texts, chunks, limits)
