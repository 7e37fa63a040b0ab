"""Before and after a start, beside those who do it alone: means, spread, missing years."""

import math

import pandas as pd
import pytest

from analysis.metrics.outcomes import WINDOW, before_and_after


def rows(code, values):
    return [{"code": code, "year": year, "value": value} for year, value in values.items()]


def test_means_spread_and_missing_years_by_hand():
    table = pd.DataFrame(
        [
            *rows("a", {2008: 100.0, 2009: 110.0, 2011: 120.0}),
            *rows("b", {2009: 50.0, 2011: float("nan"), 2012: 70.0}),
            *rows("c", {2012: 200.0}),
        ]
    )
    found = before_and_after(table, {"members": ["a", "b"], "alone": ["c"]}, start=2010)
    before, after, no, alone = found.to_dict("records")
    assert before["mean"] == pytest.approx((105 + 50) / 2)  # mean of the municipal means
    assert (before["low"], before["high"]) == (50.0, 105.0)
    assert (before["first"], before["last"], before["years"]) == (2008, 2009, 2)
    assert before["missing"] == 2 * WINDOW - 3
    assert after["mean"] == pytest.approx((120 + 70) / 2)
    assert after["missing"] == 2 * WINDOW - 2  # a blank is missing, not zero
    assert math.isnan(no["mean"])
    assert no["members"] == 0
    assert alone["mean"] == 200.0


def test_the_year_of_the_start_is_neither_and_the_window_ends():
    table = pd.DataFrame(rows("a", {2004: 1.0, 2005: 2.0, 2010: 99.0, 2015: 4.0, 2016: 5.0}))
    found = before_and_after(table, {"members": ["a"]}, start=2010)
    assert found["mean"].tolist() == [2.0, 4.0]
