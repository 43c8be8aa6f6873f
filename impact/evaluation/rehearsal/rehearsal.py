"""One draw of a plan's data, and the design of the plan as numbers that other designs are made of."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import IntakePlan, read_intake_plan
from impact.diagnostics.power import PlannedStudy
from impact.diagnostics.redesign import Redesign
from impact.errors import PlanError
from impact.evaluation.rehearsal.baseline import (
    Baseline,
    baseline_of,
    data_are_there,
    files_of_data,
)
from impact.evaluation.rehearsal.beliefs import (
    Beliefs,
    axis_of,
    of_the_plan,
    refuse_unknown,
)
from impact.evaluation.rehearsal.calendar import calendar_of
from impact.evaluation.rehearsal.mark import Rehearsed, copied_names
from impact.evaluation.rehearsal.place import home_of
from impact.evaluation.rehearsal.roles import roles_of, scale_of
from impact.evaluation.study import Study
from impact.evaluation.truth import Truth
from impact.simulate.planned.backwards import named_ids, sources_of
from impact.simulate.planned.chosen import Chosen
from impact.simulate.planned.files import DeclaredColumn, write_planned
from impact.simulate.planned.roles import Firms
from impact.simulate.planned.table import PlannedTable
from impact.simulate.planned.wanted import Wanted
from impact.streams import stream

STANDS_IN = "rehearsed-data.csv"
FIRST_ID = 1001
OF_CHOICE = frozenset({"on_level", "on_growth"})
"""Beliefs on how those treated were chosen."""


@dataclass(frozen=True)
class Rehearsal:
    """What a plan is rehearsed with.

    Attributes
    ----------
    study : Study
        The plan's own.
    beliefs : Beliefs
    design : Redesign
    first : int
        Calendar number of the first round.
    baseline : Baseline or None
    seed : int
    """

    study: Study
    beliefs: Beliefs
    design: Redesign
    first: int
    baseline: Baseline | None
    seed: int

    @classmethod
    def of(
        cls, study: Study, *, options: Mapping[str, float] | None = None, from_data: bool = True
    ) -> "Rehearsal":
        """Gather what is believed: options before a baseline, a baseline before the plan, the plan before defaults.

        Parameters
        ----------
        study : Study
        options : mapping
            Names of beliefs to values.
        from_data : bool
            Whether data that are there are read as a baseline.

        Raises
        ------
        PlanError
            For what cannot be rehearsed.
        """
        refuse_unknown(options or {})
        _refuse_choice(study, options or {})
        roles_of(study.plan, study.schema)
        beliefs, baseline = of_the_plan(study), None
        if from_data and data_are_there(study):
            baseline = baseline_of(study)
            beliefs = beliefs.told(baseline.numbers, "baseline")
        beliefs, calendar = calendar_of(study, beliefs, baseline, options=options or {})
        design = _design(study, beliefs, calendar.starts)
        return cls(study, beliefs, design, calendar.first, baseline, study.plan.seed)

    @property
    def shown(self) -> tuple[str, ...]:
        """Names of the beliefs that the design uses."""
        unused = set()
        if not self.design.clustered:
            unused |= {"cluster_size", "icc"}
        if self.study.plan.participation is None:
            unused.add("take_up")
        if self.design.only_after:
            unused.add("before")
        if self.design.scale != "amount":
            unused.add("zeros")
        if self.design.assignment == "randomised" or self.design.only_after:
            unused |= OF_CHOICE
        return tuple(name for name in self.beliefs.by_name if name not in unused)

    def draw(self) -> Firms:
        """Draw the firms of one study, of all arms."""
        design, generator = self.design, stream(self.seed, "rehearsal")
        believed, start = design.believed, design.start()
        cluster = np.arange(len(start)) // design.study.cluster_size
        arm, start, cluster, exposed, last = self._arms(start, cluster)
        untreated = believed.paths(cluster, 1, generator)
        if (
            len(cluster) == design.n_firms
        ):  # of several arms those treated stand there once an arm, and are drawn by lot
            untreated = design.placed(untreated, generator)
        untreated = untreated[:, 0]
        treated = believed.treated(untreated[:, None], exposed)[:, 0]
        n_rounds = untreated.shape[1]
        answered = np.arange(n_rounds) < last[:, None]
        kept = slice(design.study.before, None) if design.only_after else slice(None)
        skipped = design.study.before if design.only_after else 0
        axis = axis_of(self.study)
        return Firms(
            ids=self._ids(len(start)),
            times=tuple(axis.label(self.first + place) for place in range(n_rounds))[kept],
            axis=axis,
            first=self.first + skipped,
            start=start - skipped,
            comes=exposed.any(axis=1),
            cluster=cluster,
            arm=arm,
            untreated=untreated[:, kept],
            treated=treated[:, kept],
            answered=answered[:, kept],
            groups=tuple(e.name.en for e in self.study.events),
        )

    def _arms(self, start: Any, cluster: Any) -> tuple[Any, Any, Any, Any, Any]:
        """Repeat the treated side once for each further arm, and shuffle nothing: streams are the firms' own."""
        design, ever = self.design, np.isfinite(start)
        exposed, last = design.exposed(), design.last()
        arm = ever.astype(int)
        roles = roles_of(self.study.plan, self.study.schema)
        parts = [np.arange(len(start))] + [np.flatnonzero(ever)] * max(len(roles.arms) - 1, 0)
        which = np.concatenate(parts)
        codes = np.concatenate(
            [arm, *(np.full(len(part), n) for n, part in enumerate(parts[1:], start=2))]
        )
        shift = np.concatenate(
            [np.full(len(part), n * (int(cluster.max()) + 1)) for n, part in enumerate(parts)]
        )
        return codes, start[which], cluster[which] + shift, exposed[which], last[which]

    def _ids(self, n: int) -> tuple[str, ...]:
        plan, named = self.study.plan, list[str]()
        if is_intake(plan.data):
            named = named_ids(
                read_intake_plan(self.study.folder / plan.data), self.study.schema.unit
            )
        numbered = (str(FIRST_ID + place) for place in range(n))
        return tuple([*named, *(i for i in numbered if i not in named)][:n])

    @property
    def home(self) -> Path:
        """Where the plan stands inside the rehearsal's folder; errors as `home_of`."""
        return home_of(self.study)

    def write(self, folder: Path) -> Truth:
        """Write what the plan names, the simulated files, the truth and the mark into an empty folder, around `home`.

        Raises
        ------
        PlanError
            Naming what cannot be simulated yet.
        """
        folder = folder / self.home
        folder.mkdir(parents=True, exist_ok=True)
        firms = self.draw()
        told = truth_of(firms)
        study, plan = self.study, self.study.plan
        _copied(study, folder)
        roles = roles_of(plan, study.schema)
        table = PlannedTable(
            schema=study.schema,
            roles=roles,
            firms=firms,
            generator=stream(self.seed, "rehearsal_columns"),
            shares={} if self.baseline is None else self.baseline.shares,
        )
        frame = table.frame()
        stand_in = STANDS_IN if plan.data.startswith("package:") else None
        if is_intake(plan.data):
            intake = read_intake_plan(study.folder / plan.data)
            self._write_sources(intake, frame, (folder / plan.data).parent)
        else:
            columns = {
                name: DeclaredColumn(name, column, study.schema.time.frequency)
                for name, column in study.schema.columns.items()
            }
            write_planned(folder / (stand_in or plan.data), study.schema, columns, Wanted(frame))
        if plan.truth is not None:
            _write_truth(told, folder / plan.truth)
        Rehearsed(told, stand_in, self.seed, self.baseline is not None).write(folder)
        return told

    def _write_sources(self, intake: IntakePlan, frame: Any, folder: Path) -> None:
        study = self.study
        tables = sources_of(
            intake,
            frame,
            time=study.schema.time.column,
            fixed=frozenset(study.plan.placebo_outcomes),
            generator=stream(self.seed, "rehearsal_files"),
        )
        for name, source in intake.sources.items():
            columns = {
                key: DeclaredColumn(column.column or key, column, column.frequency)
                for key, column in source.columns.items()
            }
            wanted = tables.get(name)
            if wanted is None:
                raise PlanError(
                    f"sources.{name}: no rule makes a wished column of it, so nobody knows its rows; take it out, or "
                    "rehearse a plan whose data are a file of the schema's columns"
                )
            write_planned(folder / source.file, source, columns, wanted, totals=source.totals)
        for rule in intake.rules:
            for path in rule.paths:
                (folder / path).write_text(
                    "left,right,accepted\nAtelier A,Atelier B,no\n", encoding="utf-8"
                )


def _design(study: Study, beliefs: Beliefs, starts: tuple[tuple[int, float], ...]) -> Redesign:
    plan = study.plan
    firms = beliefs.whole("firms")
    share = beliefs["treated"]
    treated = round(share * firms) if share < 1 else round(share)
    mean, scale = beliefs["mean"], scale_of(plan, study.schema)
    clustered = study.cluster is not None
    size = beliefs.whole("cluster_size") if clustered else 1
    planned = PlannedStudy(
        units=firms,
        treated=treated,
        before=beliefs.whole("before"),
        after=beliefs.whole("after"),
        mean=mean,
        sd=beliefs["variation"] * (abs(mean) or 1.0),
        permanent=min(beliefs["permanent"], 0.99),
        autocorrelation=beliefs["autocorrelation"],
        take_up=beliefs["take_up"] if plan.participation else 1.0,
        attrition=beliefs["attrition"],
        cluster_size=max(min(size, treated // 2, (firms - treated) // 2), 1),
        icc=beliefs["icc"] if clustered else 0.0,
        alpha=plan.alpha,
    )
    return Redesign(
        study=planned,
        starts=starts,
        scale=scale,
        zeros=beliefs["zeros"] if scale == "amount" else 0.0,
        effect=beliefs["effect"] / 100,
        cap=plan.winsorise,
        only_after=plan.waves == "endline_only",
        assignment=plan.assignment,
        chosen=Chosen(on_level=beliefs["on_level"], on_growth=beliefs["on_growth"]),
    )


def _refuse_choice(study: Study, options: Mapping[str, float]) -> None:
    """Refuse to have those treated chosen where the plan draws them, or asks nothing by which they could be."""
    plan = study.plan
    for name in OF_CHOICE & {key for key, weight in options.items() if weight}:
        if plan.assignment == "randomised" or plan.waves == "endline_only":
            raise PlanError(
                f"--set {name}: the plan draws who is treated, or asks nobody before; leave it out"
            )


def truth_of(firms: Firms) -> Truth:
    """Return the effect that stands in a draw, over treated firms' answered rounds from their start on."""
    place = np.arange(firms.shape[1])
    cells = firms.answered & (firms.arm[:, None] <= 1) & (place >= firms.start[:, None])
    if not cells.any():
        raise PlanError(
            "after: nobody who is treated answers after the start; plan more rounds or fewer losses"
        )
    effect = float((firms.treated - firms.untreated)[cells].mean())
    without = float(firms.untreated[cells].mean())
    percent = 100 * effect / without if without else 0.0
    return Truth(effect=effect, percent=percent, counterfactual=without, scenario="rehearsal")


def _write_truth(told: Truth, path: Path) -> None:
    facts = {
        "scenario": told.scenario,
        "overall": {
            "effect_mad": told.effect,
            "percent": told.percent,
            "counterfactual_mad": told.counterfactual,
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _copied(study: Study, folder: Path) -> None:
    """Copy what the plan names and is no data: schema, intake plan, programme and the like."""
    simulated = {path.resolve() for path in files_of_data(study)}
    for name in copied_names(study.plan):
        source, copy = study.folder / name, folder / name
        if source.resolve() in simulated:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
