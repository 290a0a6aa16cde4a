"""What changed from one run to the next: texts, terms, signatures, versions, resampling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mteval.runs.entries import RunEntry
from mteval.runs.schema.record import TERM_METRIC

__all__ = ["run_changes", "system_changes"]

# More documents or systems than this are counted, not named: the words stand in a cell of a table.
_MAX_NAMED = 3
# Parts of the signature of terms that say again that the termbase changed.
_OF_TERMBASE = ("termbase:", "concepts:")
_FIRST = "first run"
_NOTHING = "nothing"


def run_changes(run: RunEntry, before: RunEntry | None) -> list[str]:
    """Return what changed of a run since the one before, in words."""
    if before is None:
        return [_FIRST]
    if run.fingerprint is not None and run.fingerprint == before.fingerprint:
        return [_NOTHING]
    changed = _shared_changes(run, before)
    old, new = before.outputs, run.outputs
    outputs = {
        system: words
        for system in new
        if system in old and (words := _output_changes(old[system], new[system]))
    }
    if len(outputs) > _MAX_NAMED:
        changed.append(f"outputs of {len(outputs):,} systems")
    else:
        changed += [f"{words} of {system}" for system, words in outputs.items()]
    changed += _of_systems([name for name in new if name not in old], "added")
    changed += _of_systems([name for name in old if name not in new], "removed")
    return changed or [_unexplained(run, before)]


def system_changes(
    run: RunEntry,
    earlier: RunEntry | None,
    before: RunEntry | None,
    system: str,
    known: dict[str, tuple[list[str], bool]] | None = None,
) -> list[str]:
    """Return what changed of a system since the last run that had it, in words.

    Args:
        run: the run.
        earlier: the last run before it that had the system, if there is one.
        before: the run before it, if there is one.
        system: its name.
        known: takes up what does not depend on the system, by the name of the earlier run, so that
            it is worked out once for all systems of the run.
    """
    if before is None:
        return [_FIRST]
    if earlier is None:
        return ["new system"]
    if run.fingerprint is not None and run.fingerprint == earlier.fingerprint:
        changed = [_NOTHING]
    else:
        old, new = (r.outputs.get(system, {}) for r in (earlier, run))
        words = _output_changes(old, new)
        known = {} if known is None else known
        if earlier.name not in known:
            known[earlier.name] = _shared_changes(run, earlier), run.outputs != earlier.outputs
        shared, outputs_differ = known[earlier.name]
        changed = shared + ([words] if words else [])
        if not changed:
            # Those of other systems.
            changed = [_NOTHING if outputs_differ else _unexplained(run, earlier)]
    return changed if earlier is before else [*changed, f"since {earlier.name}"]


def _unexplained(run: RunEntry, before: RunEntry) -> str:
    if run.fingerprint is None or before.fingerprint is None:
        return f"{_NOTHING} that is recorded"
    return "something that this version of mteval does not know"


def _shared_changes(run: RunEntry, before: RunEntry) -> list[str]:
    """Return what changed that bears on every system."""
    return [
        *_text_changes(run, before),
        *_document_changes(run, before),
        *_metric_changes(run, before),
        *_setting_changes(run, before),
    ]


def _text_changes(run: RunEntry, before: RunEntry) -> Iterator[str]:
    old, new = before.references, run.references
    both = [d for d in new if d in old]
    yield from _of_documents(
        "references of",
        [d for d in both if old[d].get("references") != new[d].get("references")],
    )
    yield from _of_documents(
        "sources of", [d for d in both if old[d].get("source") != new[d].get("source")]
    )
    for words, documents in (
        ("added", [d for d in new if d not in old]),
        ("removed", [d for d in old if d not in new]),
    ):
        if documents:
            yield f"{_listed(documents)} {words}"


def _document_changes(run: RunEntry, before: RunEntry) -> Iterator[str]:
    """Yield what changed of the termbase, and of the dates and domains of documents."""
    both = [d for d in run.references if d in before.references]
    old, new = before.inputs.get("terms"), run.inputs.get("terms")
    if old != new:
        yield "termbase added" if old is None else "termbase removed" if new is None else "termbase"
    if old is not None and new is not None:
        differ = [d for d in both if before.dates.get(d) != run.dates.get(d)]
        yield from _of_documents("dates of", differ)
    differ = [d for d in both if before.domains.get(d) != run.domains.get(d)]
    yield from _of_documents("domains of", differ)


def _metric_changes(run: RunEntry, before: RunEntry) -> Iterator[str]:
    old, new = (
        {name: text for name, text in r.signatures.items() if name != TERM_METRIC}
        for r in (before, run)
    )
    labels = {
        name: column.get("label") or name
        for r in (before, run)
        for name, column in r.metrics.items()
    }
    changed = [n for n in new if _differ(n, old, new)]
    yield from (f"signature of {labels.get(n, n)}" for n in changed)
    for name in run.segment_signatures:
        differs = _differ(name, before.segment_signatures, run.segment_signatures)
        if differs and name not in changed:
            yield f"signature of {labels.get(name, name)} of segments"
    yield from (f"metric {labels.get(n, n)} added" for n in new if n not in old)
    yield from (f"metric {labels.get(n, n)} removed" for n in old if n not in new)
    # The termbase is told of by itself.
    rules = [
        None if text is None else [p for p in text.split("|") if not p.startswith(_OF_TERMBASE)]
        for text in (r.signatures.get(TERM_METRIC) for r in (before, run))
    ]
    if None not in rules and rules[0] != rules[1]:
        yield "signature of the terms"


def _setting_changes(run: RunEntry, before: RunEntry) -> Iterator[str]:
    old, new = before.versions, run.versions
    yield from (f"{name} {old[name]} -> {new[name]}" for name in new if _differ(name, old, new))
    earlier, now = dict(before.resampling), dict(run.resampling)
    if earlier and now:
        settings = [
            _setting_change(key, earlier, now)
            for key in dict.fromkeys((*now, *earlier))
            if earlier.get(key) != now.get(key)
        ]
        if settings:
            yield f"resampling ({', '.join(settings)})"
    elif earlier != now:
        yield f"resampling {'removed' if earlier else 'added'}"


def _setting_change(key: str, old: Mapping[str, object], new: Mapping[str, object]) -> str:
    """Return what changed of a setting; one that a run does not name has no number to show."""
    words = key.replace("_", " ")
    return f"{words} {old[key]} -> {new[key]}" if key in old and key in new else words


def _differ(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    return name in old and name in new and old[name] != new[name]


def _output_changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    differ = [d for d in dict.fromkeys([*new, *old]) if old.get(d) != new.get(d)]
    return f"output of {_listed(differ)}" if differ else ""


def _of_systems(systems: Sequence[str], words: str) -> list[str]:
    if len(systems) > _MAX_NAMED:
        return [f"{len(systems):,} systems {words}"]
    return [f"system {name} {words}" for name in systems]


def _of_documents(words: str, documents: Sequence[str]) -> Iterator[str]:
    if documents:
        yield f"{words} {_listed(documents)}"


def _listed(documents: Sequence[str]) -> str:
    if len(documents) > _MAX_NAMED:
        return f"{len(documents):,} documents"
    return ", ".join(documents)
