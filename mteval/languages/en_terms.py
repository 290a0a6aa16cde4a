"""Where terms begin and end in English texts."""

from __future__ import annotations

import re

__all__ = [
    "ACRONYM",
    "AFTER_NOUN",
    "FUNCTION_WORDS",
    "INNER_WORDS",
    "JOINT",
    "QUOTED",
    "SENTENCE_START",
]

QUOTED = re.compile('[“"‘]([^“”"‘’\\n]{2,60})[”"’]')
# Between the capitalised words of a name.
INNER_WORDS = frozenset({"of", "and", "for", "on"})
# What two words of one name may have between them.
JOINT = re.compile(r"(?:[\s-]|['’]s?\s|&|\b(?:the|The|a|an)\b)*")
# What follows a noun that ends a phrase: punctuation, prepositions, verbs.
AFTER_NOUN = re.compile(r"\s*(?:[^\w\s]|$|(?:of|and|in|on|for|with|at|is|was|are|were|will|has)\b)")
# In parentheses after a name.
ACRONYM = re.compile(r"\s?\(([A-Z][A-Za-z+-]{1,9})\)")
# Before a word that has its capital because it begins a sentence.
SENTENCE_START = re.compile(r"(?:^|[.!?:;\"“”'(])\s*(?:(?:The|A|An)\s)?$")
# Words that neither begin nor end a term.
FUNCTION_WORDS = frozenset(
    """
    about above across after against all also am among and any are as at be because been before
    being between both but by can could did do does during each either every few for from had
    has have he her here him his how i if in into is it its just may me might more most must my
    no nor not of off on one onto or other our out over own per shall she should since so some
    such than that the their them then there these they this those through thus to toward
    towards under until up upon us very was we were what when where which while who whom whose
    why will with within without would you your a an
    """.split()  # noqa: SIM905 - a list of words a line each
)
