"""What is timed: ours, and each peer's fastest way to the same estimates with standard errors clustered by unit.

Each entry has a set-up that a user of the package does once (not timed) and the call (timed). ``frame`` is long and sorted: ``id``,
``t`` (1 to 14), ``y``, ``g`` (0: never treated), ``d`` (treated now), ``rel`` (t - g; -1 for never treated).
pyfixest's two-stage estimator is left out: it needs more than 8 GB at 5,000 units.
"""

DATA = """
import numpy as np, pandas as pd
def table(n, gaps, seed=1, periods=14):
    generator = np.random.default_rng(seed)
    cohort = generator.choice([0, 5, 7, 9, 11], n, p=[.4, .15, .15, .15, .15])
    unit, time_ = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    g = cohort[unit]
    d = ((g > 0) & (time_ >= g)).astype(np.int64)
    y = generator.normal(size=n)[unit] + .1 * time_ + d * (1 + .2 * (time_ - g)) + generator.normal(size=n * periods)
    frame = pd.DataFrame({'id': unit, 't': time_, 'y': y, 'g': g, 'd': d, 'rel': np.where(g > 0, time_ - g, -1)})
    return frame[generator.random(len(frame)) >= .1].reset_index(drop=True) if gaps else frame
"""

# peers' estimators that take minutes at 100,000 units; they are measured at 1,000 only
SLOW = {
    ("CallawaySantAnna", "differences"),
    ("SunAbraham", "pyfixest"),
    ("SunAbraham", "diff-diff"),
    ("TwoStage", "diff-diff"),
    ("LocalProjectionsDiD", "pyfixest"),
    ("LocalProjectionsDiD", "diff-diff"),
    ("LeeWooldridge", "diff-diff"),
    ("DeChaisemartinDHaultfoeuille", "diff-diff"),
}
OPTIONS = {
    "StackedDiD": "before=3, after=3",
    "LocalProjectionsDiD": "before=5, after=5",
    "DeChaisemartinDHaultfoeuille": "effects=5, placebos=0",
}
LINEAR_SET = (
    "TwoWayFixedEffects",
    "EventStudy",
    "CallawaySantAnna",
    "SunAbraham",
    "Imputation",
    "TwoStage",
    "ExtendedTWFE",
    "StackedDiD",
    "LocalProjectionsDiD",
)
FURTHER = ("LeeWooldridge", "DeChaisemartinDHaultfoeuille")

_PANEL = "panel = impact.Panel.from_frame(frame, unit='id', time='t', outcome='y', cohort='g', never=[0])"
_PF = "import pyfixest as pf"
_DD = "import diff_diff as dd"
_PR = "import polars as pl, polars_reg as pr"
_LEAN = "lean=True, copy_data=False, store_data=False"
_LONG = "frame, outcome='y', unit='id', time='t', first_treat='g'"
_CELLS = "import numpy as np\nframe['cell'] = np.where(frame['d'] == 1, frame['g'] * 100 + frame['t'], 0)"

# (estimator, peer): (set-up, call)
PEERS = {
    ("TwoWayFixedEffects", "pyfixest"): (
        _PF,
        f"pf.feols('y ~ d | id + t', frame, vcov={{'CRV1': 'id'}}, {_LEAN})",
    ),
    ("TwoWayFixedEffects", "polars-reg"): (
        f"{_PR}\ndata = pl.from_pandas(frame)",
        "pr.panel_fe('y ~ d', data, entity='id', time='t', cluster='id')",
    ),
    ("TwoWayFixedEffects", "linearmodels"): (
        "from linearmodels.panel import PanelOLS\ndata = frame.set_index(['id', 't'])",
        "PanelOLS(data['y'], data[['d']], entity_effects=True, time_effects=True).fit(cov_type='clustered', cluster_entity=True)",
    ),
    ("EventStudy", "pyfixest"): (
        _PF,
        f"pf.feols('y ~ i(rel, ref=-1) | id + t', frame, vcov={{'CRV1': 'id'}}, {_LEAN})",
    ),
    ("EventStudy", "polars-reg"): (
        f"{_PR}\ndata = pl.from_pandas(frame).with_columns(r=pl.when(pl.col('rel') == -1).then(-999).otherwise(pl.col('rel')))",
        "pr.panel_fe('y ~ i.r', data, entity='id', time='t', cluster='id')",
    ),
    ("CallawaySantAnna", "diff-diff"): (
        _DD,
        (
            "dd.CallawaySantAnna(control_group='not_yet_treated', estimation_method='reg', cband=False, n_bootstrap=0)"
            f".fit({_LONG})"
        ),
    ),
    ("CallawaySantAnna", "csdid"): (
        "from csdid.att_gt import ATTgt\ngaps = bool(len(frame) < 14 * frame['id'].nunique())",
        (
            "ATTgt(yname='y', tname='t', idname='id', gname='g', data=frame, control_group=['notyettreated'], "
            "allow_unbalanced_panel=gaps).fit(est_method='reg', bstrap=False)"
        ),
    ),
    ("CallawaySantAnna", "differences"): (
        (
            "from differences import ATTgt\ndata = frame.set_index(['id', 't'])\n"
            "data['cohort'] = data['g'].where(data['g'] > 0).astype(float)\ndata = data[['y', 'cohort']]"
        ),
        (
            "ATTgt(data=data, cohort_column='cohort').fit('y', est_method='reg', control_group='not_yet_treated', n_jobs=1, "
            "progress_bar=False)"
        ),
    ),
    ("SunAbraham", "pyfixest"): (
        _PF,
        "pf.event_study(frame, yname='y', idname='id', tname='t', gname='g', estimator='saturated').aggregate()",
    ),
    ("SunAbraham", "diff-diff"): (_DD, f"dd.SunAbraham(cluster='id').fit({_LONG})"),
    ("Imputation", "diff-diff"): (_DD, f"dd.ImputationDiD().fit({_LONG})"),
    ("TwoStage", "diff-diff"): (_DD, f"dd.TwoStageDiD().fit({_LONG})"),
    ("ExtendedTWFE", "pyfixest"): (
        f"{_PF}\n{_CELLS}",
        f"pf.feols('y ~ i(cell, ref=0) | id + t', frame, vcov={{'CRV1': 'id'}}, {_LEAN})",
    ),
    ("ExtendedTWFE", "polars-reg"): (
        f"{_PR}\n{_CELLS}\ndata = pl.from_pandas(frame)",
        "pr.panel_fe('y ~ i.cell', data, entity='id', time='t', cluster='id')",
    ),
    ("ExtendedTWFE", "diff-diff"): (_DD, f"dd.WooldridgeDiD(cluster='id').fit({_LONG})"),
    ("StackedDiD", "diff-diff"): (
        _DD,
        f"dd.StackedDiD(kappa_pre=3, kappa_post=3, cluster='unit').fit({_LONG})",
    ),
    ("LocalProjectionsDiD", "pyfixest"): (
        _PF,
        (
            "pf.lpdid(frame, yname='y', idname='id', tname='t', gname='g', vcov={'CRV1': 'id'}, pre_window=-5, post_window=5, "
            "att=False)"
        ),
    ),
    ("LocalProjectionsDiD", "diff-diff"): (
        _DD,
        "dd.LPDiD(pre_window=5, post_window=5).fit(frame, 'y', 'id', 't', 'd', only_event=True)",
    ),
    ("LeeWooldridge", "diff-diff"): (
        _DD,
        (
            "dd.LWDiD(rolling='demean', estimation_method='reg', cluster='id').fit(frame, outcome='y', unit='id', time='t', "
            "treatment='d', first_treat='g')"
        ),
    ),
    ("DeChaisemartinDHaultfoeuille", "diff-diff"): (
        _DD,
        (
            "dd.ChaisemartinDHaultfoeuille(placebo=False, twfe_diagnostic=False, n_bootstrap=0)"
            ".fit(frame, outcome='y', unit='id', time='t', treatment='d', L_max=5)"
        ),
    ),
}


TIMED = """
import warnings
warnings.simplefilter('ignore')
def took(name, ready):
    try:
        ready(small)()
        run = ready(frame)
        start = time.process_time(), time.perf_counter()
        out = run()
        spent[name] = [time.process_time() - start[0], time.perf_counter() - start[1]]
    except Exception as problem:
        spent[name] = f'{type(problem).__name__}: {problem}'[:110]
"""


def timed(calls, *, size, gaps):
    """Code of one process that times calls (name to set-up and call), each after a warm-up on 300 units."""
    lines = [DATA, TIMED, f"small, frame = table(300, {gaps}, seed=2), table({size}, {gaps})"]
    for name, (setup, call) in calls.items():
        body = setup.replace("\n", "\n    ")
        lines += [
            "def ready(frame):",
            f"    {body}",
            f"    return lambda: ({call})",
            f"took({name!r}, ready)",
        ]
    return "\n".join(lines)


def ours(start):
    """Our estimators from a table (validation included), from a panel in memory, or from moments: name to set-up and call."""
    setup = {
        "table": "import impact",
        "panel": f"import impact\n{_PANEL}",
        "moments": f"import impact\nfrom dataclasses import replace\n{_PANEL}\nmoments = impact.PathMoments.from_panel(panel)",
    }[start]
    data = {"table": _PANEL[8:], "panel": "panel", "moments": "replace(moments, _shared={})"}[start]
    calls = {
        name: (setup, f"impact.{name}({OPTIONS.get(name, '')}).fit({data})")
        for name in (*LINEAR_SET, *FURTHER)
    }
    if start == "table":
        calls["nine estimators"] = (setup, _nine())
    return calls


def _nine():
    """Nine estimators from one table: validated once, reduced once."""
    each = ", ".join(f"impact.{name}({OPTIONS.get(name, '')})" for name in LINEAR_SET)
    return f"[each.fit(moments) for moments in [impact.PathMoments.from_panel({_PANEL[8:]})] for each in [{each}]]"


def of_peer(peer, wanted):
    """A peer's calls: the estimators for which ``wanted(estimator, peer)`` holds, to set-up and call."""
    return {name: code for (name, who), code in PEERS.items() if who == peer and wanted(name, who)}
