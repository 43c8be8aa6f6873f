"""Every further linear estimator against the package that defined it, to the digits its formula has in common with ours."""

import golden
import numpy as np
import pandas as pd
import pytest

import impact

# didimputation and did2s fit their first stage by fixest's iterations, which stop at 1e-6: their coefficients are off by up to
# 3e-7 where the exact ones (bjs_own, by sparse matrices) agree with ours to 1e-12.
ITERATED = {"rtol": 1e-6, "atol": 3e-8}
# marginaleffects takes derivatives by finite differences
FINITE_DIFFERENCES = {"rtol": 3e-6, "atol": 1e-10}
DRAWN = {"mpdta": "w", "base_stagg": "w", "castle": "popwt"}


def fitted(estimator, panel, by):
    estimate = estimator.fit(panel)
    return estimate if by is None else estimate.aggregate(by=by)


def by_event_time(estimate, theirs):
    relative = theirs.term.str.extract(r"(-?\d+)$")[0].astype(float)
    return estimate.table.set_index("event_time").loc[relative]


IMPUTED = [
    "bjs/mpdta/event",
    "bjs/base_stagg/static",
    "bjs/base_stagg/event",
    "bjs/castle/event",
    "bjs/df_hom/static",
    "bjs/df_hom/event",
    "bjs/df_hom/static_cl",
    "bjs/df_hom/event_cl",
    "bjs/base_stagg_unbal/static",
    "bjs/base_stagg_nonever/static",
]
TWO_STAGE = [
    "did2s/mpdta/static",
    "did2s/mpdta/event",
    "did2s/mpdta/static_w",
    "did2s/mpdta/event_w",
    "did2s/base_stagg/static",
    "did2s/base_stagg/event_w",
    "did2s/castle/static",
    "did2s/castle/event_w",
    "did2s/df_hom/event",
    "did2s/df_hom/event_cl",
    "did2s/base_stagg_unbal/event",
]


@pytest.mark.parametrize("case", [*IMPUTED, *TWO_STAGE])
def test_imputation_and_two_stage_equal_didimputation_and_did2s(reference, case):
    theirs = golden.numbers(reference, "did_others", case=case)
    package, name, kind = case.split("/")
    panel = golden.panel(
        reference,
        name,
        cluster="state" if kind.endswith("_cl") else None,
        weight=DRAWN[name] if kind.endswith("_w") else None,
        drop=golden.rule(theirs),
    )
    estimator = impact.TwoStage() if package == "did2s" else impact.Imputation(averages="own")
    if kind.startswith("event"):
        ours = by_event_time(fitted(estimator, panel, "event_time"), theirs)
    else:
        ours = fitted(estimator, panel, "overall").table
    np.testing.assert_allclose(ours.estimate, theirs.estimate, **ITERATED)
    np.testing.assert_allclose(ours.std_error, theirs.se, **golden.STD_ERROR)


@pytest.mark.parametrize(
    "case",
    [
        "mpdta/static",
        "mpdta/event",
        "mpdta/static_w",
        "mpdta/event_w",
        "base_stagg/static",
        "base_stagg/event",
        "castle/static",
        "castle/static_w",
        "castle/event_w",
    ],
)
def test_imputation_equals_the_exact_weighted_solution(reference, case):
    theirs = golden.numbers(reference, "bjs_own", case=f"bjsown/{case}")
    name, kind = case.split("/")
    panel = golden.panel(reference, name, weight=DRAWN[name] if kind.endswith("_w") else None)
    estimator = impact.Imputation(averages="own")
    if kind.startswith("event"):
        ours = by_event_time(
            fitted(estimator, panel, "event_time"), theirs.assign(term=theirs.term.astype(str))
        )
    else:
        ours = fitted(estimator, panel, "overall").table
    golden.agrees(ours, theirs)


def test_the_imputation_pretest_equals_didimputation(reference):
    theirs = golden.numbers(reference, "did_others", case="bjs/base_stagg/event_pre3")
    theirs = theirs[theirs.rel < 0]
    panel = golden.panel(reference, "base_stagg")
    ours = impact.Imputation().before_trends(panel, leads=[-3, -2, -1]).table
    ours = ours.set_index("event_time").loc[theirs.rel]
    np.testing.assert_allclose(ours.estimate, theirs.estimate, **ITERATED)
    np.testing.assert_allclose(ours.std_error, theirs.se, **golden.STD_ERROR)


KINDS = {"simple": "overall", "group": "cohort", "calendar": "time", "event": "event_time"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("sample", "control"),
    [
        *((name, "notyet") for name in ("mpdta/nox", "mpdta/ivar", "base_stagg/nox", "castle/nox")),
        *((name, "never") for name in ("mpdta/nox", "mpdta/ivar", "base_stagg/nox")),
    ],
)
def test_extended_twfe_equals_etwfe(reference, sample, control, kind):
    theirs = golden.numbers(reference, "etwfe_bacon", case=f"etwfe/{sample}/{control}/{kind}")
    theirs = theirs[theirs.se.notna() & (theirs.rel != -1)]
    estimator = impact.ExtendedTWFE(
        effects="unit" if sample.endswith("ivar") else "cohort",
        control_group={"notyet": "not_yet_treated", "never": "never_treated"}[control],
    )
    panel = golden.panel(reference, sample.split("/")[0])
    ours = fitted(estimator, panel, KINDS[kind])
    if kind == "event":
        table = by_event_time(ours, theirs)
    elif kind == "simple":
        table = ours.table
    else:
        label = theirs.term.str.extract(r"(\d+)$")[0].astype(int)
        table = ours.table.set_index(KINDS[kind]).loc[label]
    golden.agrees(table, theirs, std_error=FINITE_DIFFERENCES)


@pytest.mark.parametrize(
    ("kind", "by"), [("es", "event_time"), ("att", "overall"), ("cohort", "cohort")]
)
def test_sun_abraham_equals_fixest(reference, kind, by):
    theirs = golden.numbers(reference, "fixest", case=f"fixest/sunab/base_stagg/nox/~id/{kind}")
    ours = fitted(impact.SunAbraham(), golden.panel(reference, "base_stagg"), by)
    if by == "event_time":
        table = by_event_time(ours, theirs)
    elif by == "cohort":
        table = ours.table.set_index("cohort").loc[
            theirs.term.str.extract(r"(\d+)$")[0].astype(int)
        ]
    else:
        table = ours.table
    golden.agrees(table, theirs)


PROJECTED = {
    "vw": {},
    "rw": {"weighting": "equal"},
    "vw_nocomp": {"composition": "fixed"},
    "rw_pooled": {"weighting": "equal", "pooled": True},
    "vw_pooled": {"pooled": True},
}


@pytest.mark.parametrize(
    "case",
    [
        "base_stagg/vw",
        "base_stagg/rw",
        "base_stagg/vw_nocomp",
        "base_stagg/rw_pooled",
        "mpdta/vw",
        "mpdta/vw_nocomp",
        "mpdta/vw_pooled",
        "castle/rw",
        "castle/vw_nocomp",
        "castle/rw_pooled",
    ],
)
def test_local_projections_equal_their_regressions(reference, case):
    theirs = golden.numbers(reference, "stack_lpdid", case=f"lpdid/{case}")
    name, kind = case.split("/")
    window = theirs.options[0]
    estimator = impact.LocalProjectionsDiD(
        before=window["pre"], after=window["post"], **PROJECTED[kind]
    )
    table = estimator.fit(golden.panel(reference, name)).table
    if not estimator.pooled:
        table = table.set_index("event_time").loc[theirs.rel]
    golden.agrees(table, theirs)


@pytest.mark.parametrize("case", ["base_stagg/3_2", "base_stagg/2_3", "castle/4_1"])
def test_stacked_equals_the_weighted_regression(reference, case):
    name, window = case.split("/")
    before, after = map(int, window.split("_"))
    ours = impact.StackedDiD(before=before, after=after).fit(golden.panel(reference, name))
    events = golden.numbers(reference, "stack_lpdid", case=f"stacked/{case}/event")
    golden.agrees(ours.table.set_index("event_time").loc[events.rel], events)
    average = golden.numbers(reference, "stack_lpdid", case=f"stacked/{case}/avg")
    golden.agrees(ours.aggregate(by="overall", average="event_time").table, average)


@pytest.mark.parametrize("case", ["mpdta/e3p2", "base_stagg/e5p3", "castle/e4p3", "castle/e3p2_w"])
def test_intertemporal_effects_equal_didmultiplegtdyn(reference, case):
    theirs = golden.numbers(reference, "dcdh", case=f"dcdh/{case}")
    name = case.split("/")[0]
    asked = theirs.options[0]
    # the package lets a cohort of one unit add nothing to the variance; ours says so, and by default does not
    estimator = impact.DeChaisemartinDHaultfoeuille(
        effects=asked["effects"], placebos=asked["placebo"], single_cohorts="ignored"
    )
    ours = estimator.fit(
        golden.panel(reference, name, weight="popwt" if "weight" in asked else None)
    )
    rows = theirs[theirs.method.isin(["dcdh_effects", "dcdh_placebos"])]
    golden.agrees(ours.table.set_index("term").loc[rows.term.str.lower()], rows)
    golden.agrees(ours.aggregate(by="overall").table, theirs[theirs.method == "dcdh_avg"])
    placebos = [term for term in ours.table.term if term.startswith("placebo")]
    joint = theirs[theirs.method == "dcdh_jointplacebo"]
    # the package rounds the inverse covariance to eight decimals
    np.testing.assert_allclose(ours.wald(placebos).p_value, joint.estimate, rtol=1e-6)


TIMING = [
    ("mpdta", "efficient", ("cohort", "calendar")),
    ("base_stagg", "efficient", ("simple", "calendar")),
    ("base_stagg", "cs", ("simple", "cohort", "calendar")),
    ("pj", "efficient", ("simple", "cohort", "calendar")),
    ("pj", "cs", ("simple", "cohort", "calendar")),
]


@pytest.mark.parametrize("variance", ["refined", "neyman"])
@pytest.mark.parametrize(
    ("name", "multiple", "estimand"), [(n, m, e) for n, m, several in TIMING for e in several]
)
def test_efficient_timing_equals_staggered(reference, name, estimand, multiple, variance):
    suffix = "#neyman" if variance == "neyman" else ""
    case = f"staggered/{name}/{multiple}/{estimand}{suffix}"
    theirs = golden.numbers(reference, "did_others", case=case)
    estimator = impact.EfficientDiD(
        estimand=estimand,
        multiple="efficient" if multiple == "efficient" else "one",
        variance=variance,
    )
    golden.agrees(estimator.fit(golden.moments(reference, name)).table, theirs)


def test_bacon_equals_bacondecomp(reference):
    theirs = golden.numbers(reference, "etwfe_bacon", case="bacon/base_stagg")
    found = impact.GoodmanBacon().fit(golden.panel(reference, "base_stagg"))
    ours = found.table.assign(control=found.table.control.fillna(np.inf).astype(float))
    theirs = theirs.assign(control=theirs.time.astype(float), treated=theirs.group.astype(float))
    # the package calls a later cohort's comparison with an earlier one by the same pair
    both = ours.merge(theirs, on=["treated", "control"], how="outer", indicator=True)
    assert (both._merge == "both").all()
    np.testing.assert_allclose(both.estimate_x, both.estimate_y, **golden.COEFFICIENT)
    np.testing.assert_allclose(both.weight, both.stat, rtol=1e-8)
    whole = impact.TwoWayFixedEffects().fit(golden.panel(reference, "base_stagg")).table.estimate[0]
    assert found.total == pytest.approx(whole, rel=1e-10)


def test_poisson_equals_fixest(reference):
    from impact.estimators.regressions.poisson import poisson_fit

    theirs = golden.numbers(reference, "fixest", case="fixest/fepois/castle/~sid")
    frame = pd.read_csv(reference / "data" / "castle" / "castle.csv")
    panel = impact.Panel.from_frame(
        frame, unit="sid", time="year", outcome="homicide", cohort="effyear"
    )
    moments = impact.PathMoments.from_panel(panel)
    fit = poisson_fit(moments, (moments.event_time >= 0)[:, :, None].astype(float), names=["post"])
    assert fit.coefficients[0] == pytest.approx(theirs.estimate[0], rel=1e-7)
    spread = np.sqrt(fit.factor * fit.scores.covariance()[0, 0])
    assert spread == pytest.approx(theirs.se[0], rel=1e-6)
