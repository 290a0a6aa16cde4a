from __future__ import annotations

from mteval.terminology.scores import SEVERITY_WEIGHTS
from mteval.terminology.vocabulary import RIGHT, SEVERITIES, STATUSES, UNLISTED, VERDICTS
from mteval.views.term_tables import VERDICT_SIGNS


def test_every_verdict_is_listed_unlisted_or_omitted_and_has_a_sign() -> None:
    assert set(VERDICTS) == set(STATUSES) | UNLISTED | {"omitted"}
    assert set(STATUSES) >= RIGHT
    assert {verdict for verdict, sign in VERDICT_SIGNS.items() if sign == "+"} == RIGHT
    assert set(VERDICT_SIGNS) == set(VERDICTS)


def test_the_gravest_severity_comes_first_and_costs_most() -> None:
    # MQM (Lommel et al. 2024): 1, 5 and 25 points.
    assert [SEVERITY_WEIGHTS[severity] for severity in SEVERITIES] == [25, 5, 1]
