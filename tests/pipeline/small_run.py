"""A certified run of the small study of `evaluation/facts.py`, from its stored parts: no notebook is executed."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from disclosure.declared.stored_parts import CHOICES, stored_parts
from evaluation.facts import firms, study_of

from impact.evaluation.grounds import grounds_of
from impact.evaluation.rating import rating
from impact.evaluation.store import decode, encode
from impact.pipeline.run import _identified
from impact.pipeline.snapshot import Snapshot
from impact.pipeline.store import building, certify

REPORT = {
    "cells": [
        {"cell_type": "code", "source": ["plan = 'x'"], "metadata": {"tags": ["parameters"]}, "outputs": [], "execution_count": 1},
        {"cell_type": "code", "source": ["plan = 'evaluation.yml'"], "metadata": {"tags": ["injected-parameters"]}, "outputs": [], "execution_count": 2},
        {"cell_type": "code", "source": ["study.impact()"], "metadata": {"papermill": {"duration": 1.0}}, "execution_count": 3,
         "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/plain": "48273.61"}}]},
    ],
    "metadata": {"language_info": {"name": "python", "version": "3.11.9"}}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


def small_run(folder, *, released=False, **choices):
    """Write a plan with its data and a run of it, and return the plan's path and the run's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    study = study_of(folder, firms(), **CHOICES, **choices)
    plan = folder / "plan.yml"
    written = study.plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    plan.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    with TemporaryDirectory() as copies:
        snapshot = Snapshot.of(plan, Path(copies) / "inputs")
        facts = _identified(study, snapshot, {"plan": plan.name})
    facts |= {"finished": "2026-11-28T10:00:00+00:00", "durations_s": {"total": 60.0}}
    if released:
        facts = {**facts, "released": "2026-11-29T10:00:00+00:00"}
    parts = stored_parts()
    read = {name: decode(parts[name]) for name in ("impact", "sample", "certainty", "robustness")}
    rated = encode(rating(grounds_of(study.plan, **read)))
    headline = read["impact"].effects[0]
    results = {
        "headline": {"outcome": headline.outcome, "unit": "MAD", **headline.verdict.to_dict()},
        "parts": parts,
        "rating": rated,
    }
    name = "released" if released else "reports"
    with building(folder / name, study.plan.name) as made:
        (made / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        (made / "notebooks").mkdir()
        (made / "notebooks" / "06_report.ipynb").write_text(json.dumps(REPORT))
        mark = "disclosure.json" if released else "INTERNAL.md"
        (made / mark).write_text("{}\n")
        certify(made, facts)
    return plan, folder / name / study.plan.name
