"""The kit's numbers by pyfixest and diff-diff, which know nothing of ours: what a twin's table says in their hands."""

import numpy as np


def by_other_tools(frame):
    """Yield (tool, number, estimate, standard error) of a twin's table."""
    frame = frame.copy()
    frame["cluster"] = frame.get("cluster", frame.unit)
    frame["exposed"] = ((frame.first_treated > 0) & (frame.time >= frame.first_treated)).astype(
        float
    )
    started = frame[(frame.first_treated == 0) | (frame.first_treated > frame.time.min())].copy()
    event = (started.time - started.first_treated).where(started.first_treated > 0)
    yield from _regressions(frame, started, event)
    yield from _comparisons(started)


def _regressions(frame, started, event):
    fit = _feols(frame, ["exposed"])
    yield "pyfixest", "two_way_fixed_effects", fit.coef()["exposed"], fit.se()["exposed"]
    yield (
        "pyfixest",
        "event_study",
        *_average(started, [(event == e, e) for e in sorted(set(event.dropna()) - {-1})]),
    )
    if (started.first_treated == 0).any():
        pairs = sorted(
            {(g, e) for g, e in zip(started.first_treated, event, strict=True) if g > 0 and e != -1}
        )
        cells = [((started.first_treated == g) & (event == e), e) for g, e in pairs]
        yield ("pyfixest", "sun_abraham", *_average(started, cells))


def _average(started, cells):
    """Average coefficients from treatment on by treated observations."""
    names = [f"x{place}" for place in range(len(cells))]
    made = started.assign(
        **{name: cell.astype(float) for name, (cell, _) in zip(names, cells, strict=True)}
    )
    fit = _feols(made, names)
    size = np.array([cell.sum() if e >= 0 else 0 for cell, e in cells], dtype=float)
    weight = size / size.sum()
    order = [fit._coefnames.index(name) for name in names]
    covariance = fit._vcov[np.ix_(order, order)]
    return weight @ fit.coef()[names].to_numpy(), np.sqrt(weight @ covariance @ weight)


def _feols(frame, names):
    import pyfixest

    return pyfixest.feols(
        f"outcome ~ {' + '.join(names)} | unit + time",
        frame,
        vcov={"CRV1": "cluster"},
        fixef_rm="none",
        fixef_tol=1e-9,
    )


def _comparisons(started):
    import diff_diff

    columns = {"outcome": "outcome", "unit": "unit", "time": "time", "first_treat": "first_treated"}
    cluster = "cluster" if (started.cluster != started.unit).any() else None
    few = (started.groupby("unit").first_treated.first() > 0).sum() < 25
    for name, estimator in (
        (
            "callaway_santanna",
            diff_diff.CallawaySantAnna(control_group="not_yet_treated", cluster=cluster),
        ),
        (
            "other_comparison",
            diff_diff.CallawaySantAnna(control_group="never_treated", cluster=cluster),
        ),
        ("sun_abraham", diff_diff.SunAbraham(cluster=cluster)),
        ("imputation", diff_diff.ImputationDiD(cluster=cluster, leave_one_out=bool(few))),
    ):
        found = estimator.fit(started, **columns)
        yield "diff-diff", name, found.overall_att, found.overall_se
