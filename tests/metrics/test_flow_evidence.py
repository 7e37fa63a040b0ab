"""Observed pairs inform the model: of another sex, of another year, and where they are hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import flows
from analysis.loaders import commuting
from analysis.metrics import flow_evidence as fe
from analysis.metrics import flow_model as fm
from analysis.metrics.commuting import ABROAD


@pytest.fixture(scope="module")
def km():
    return flows.distances()


@pytest.fixture(scope="module")
def observed():
    return commuting.load_observed_flows()


@pytest.fixture(scope="module")
def samples(observed, km):
    return fe.samples_of(observed, km)


@pytest.fixture(scope="module")
def model(km):
    margins, county = commuting.load_margins(), commuting.load_county_flows()

    def cells(year, samples=()):
        return fm.model_matrix(margins, km, year=year, county_flows=county, samples=samples)

    return cells


def cpc(observed, modelled):
    return 2 * np.minimum(observed, modelled).sum() / (observed.sum() + modelled.sum())


def test_womens_part_falls_with_distance_in_both_areas(observed, km):
    for county in ("03", "18"):
        rows = observed[observed["home"].str.startswith(county)]
        level, slope = fe.share_of_women(rows, km)
        assert slope < 0
        near, far = (1 / (1 + np.exp(-(level + slope * np.log(d)))) for d in (20, 60))
        assert 0.55 > near > far > 0.35


def test_without_pairs_by_sex_women_are_half(observed, km):
    women = observed[observed["sex"] == "women"]
    assert fe.share_of_women(women, km) == (0.0, 0.0)


def test_a_pair_known_for_both_sexes_is_used_as_such(samples):
    orebro = next(one for one in samples if one.county == "18")
    assert (orebro.part == 1).sum() == 37
    assert ((orebro.part > 0) & (orebro.part < 1)).sum() == 132 - 37
    assert orebro.sexes == ("total", "women")


def test_a_county_that_is_left_out_leaves_no_trace(observed, km):
    some = fe.samples_of(observed, km, without={"18"})
    assert {one.county for one in some} == {"01", "03", "17"}
    other = observed.assign(
        persons=observed["persons"].where(~observed["home"].str.startswith("18"), 7)
    )
    for one, same in zip(some, fe.samples_of(other, km, without={"18"}), strict=True):
        assert (one.part == same.part).all()


def test_women_alone_tell_of_the_total_better_with_the_distance(observed, km, model):
    """Totals of Örebro county 2017 from its women; the share is fitted on Uppsala alone."""
    here = observed[observed["home"].str.startswith("18")]
    (total,) = fe.samples_of(here[here["sex"] == "total"], km)
    (women,) = fe.samples_of(here[here["sex"] == "women"], km)
    level, slope = fe.share_of_women(observed[observed["home"].str.startswith("03")], km)
    away = km.to_numpy()[women.home, women.work]
    by_distance = replace(women, part=1 / (1 + np.exp(-(level + slope * np.log(away)))))
    score = {
        name: cpc(total.persons, model(2017, some).to_numpy()[total.home, total.work])
        for name, some in (
            ("none", ()),
            ("one share", (women_of(women, 0.47),)),
            ("distance", (by_distance,)),
        )
    }
    assert score["none"] < score["one share"] < score["distance"]
    assert score["distance"] > 0.95


def women_of(sample, part):
    return replace(sample, part=np.full(len(sample.part), part))


@pytest.mark.parametrize("year", [2008, 2018, 2021])
def test_margins_hold_whatever_was_observed(year, samples, model):
    cells = model(year, samples)
    margins = commuting.load_margins()
    now = margins[margins["year"] == year].set_index("code").loc[cells.index]
    assert (cells.sum(axis=1) - now["out_commuters"]).abs().max() < 0.01
    inland = cells.drop(columns=ABROAD)
    assert (inland.sum() - now["in_commuters"]).abs().max() < 0.01
    assert (np.diagonal(inland) == 0).all()


def test_the_observed_year_comes_near_and_zeros_do_not_end_the_fit(samples, model):
    for one in samples:
        before = model(one.year).to_numpy()[one.home, one.work]
        after = model(one.year, samples).to_numpy()[one.home, one.work]
        scaled = [
            one.part * cells * one.persons.sum() / (one.part * cells).sum()
            for cells in (before, after)
        ]
        assert cpc(one.persons, scaled[1]) > cpc(one.persons, scaled[0])
        assert cpc(one.persons, scaled[1]) > 0.93
        assert (after > 0).all()


def test_what_is_far_away_is_left_alone(samples, km, model):
    """Norrbotten knows nothing of the observed counties: only their margins touch it."""
    north = [code for code in km.index if code.startswith("25")]
    plain, informed = (model(2021, some).loc[north, north] for some in ((), samples))
    assert (informed - plain).abs().to_numpy().max() < 1


def test_the_other_direction_learns_too(samples, km, model):
    """Håbo to Uppsala was a fourth of what distance says; the way back then is less as well."""
    uppsala = next(one for one in samples if one.county == "03")
    there, back = ("0305", "0380"), ("0380", "0305")
    codes = list(km.index)
    hidden = (uppsala.home == codes.index(back[0])) & (uppsala.work == codes.index(back[1]))
    plain = model(2016).at[back]
    seen = model(2016, [uppsala.only(~hidden)])
    assert seen.at[back] < 0.8 * plain
    assert seen.at[there] < 0.5 * model(2016).at[there]


def test_no_observation_changes_nothing(km):
    assert (fe.evidence_of([], km.to_numpy(), lambda year, factors: factors) == 1).all()
    assert fe.samples_of(commuting.load_observed_flows().head(0), km) == []


def test_modelled_and_unknown_cells_are_no_evidence(observed, km):
    few = observed.head(40).assign(kind="modelled")
    unknown = observed.tail(5).assign(persons=pd.NA)
    assert fe.between(pd.concat([few, unknown]), km.index).empty
