"""Section on the panel models of the textbooks."""

import pandas as pd

from impact.errors import DisclosureError
from impact.estimate import Estimate
from impact.estimators.panel.model_rows import EXPOSED
from impact.evaluation.robustness import PanelModels
from impact.reporting.exhibits import Exhibit, Exhibits, Table, Text
from impact.reporting.sections.checks import checks_table
from impact.reporting.voice import Voice
from impact.reporting.words.estimates import PANEL_MODELS
from impact.reporting.words.register import said, said_why_not

WITHHELD = DisclosureError.__name__


def panel_models(voice: Voice, part: PanelModels) -> Exhibits:
    """Show the five models, the tests of their assumptions, and the plan's own model."""
    t, study = voice.t, voice.study
    if not part.models:
        nothing = (
            t("Not available from moments: these models need the rows.")
            if study.from_moments
            else t(
                "Not shown: nobody is seen before and after, so there is nobody to compare with themselves."
            )
        )
        own = [] if part.own_model is None else _own(voice, part.own_model)
        return Exhibits((Text(f"## {t('Panel models')}\n\n{nothing}"), *own))
    rows = [
        {"model": said(t, "panel_model", model.spec["estimator"]), **model.row(EXPOSED).to_dict()}
        for model in part.models
    ]
    shown: list[Exhibit] = [
        Text(
            f"## {t('Panel models')}\n\n"
            + t(
                "The models of the textbooks on the same panel: the outcome on being under treatment. Pooled and between models "
                "compare beneficiaries with others, so they include what set them apart before; fixed effects and first "
                "differences compare each firm with itself."
            )
        ),
        _table(
            voice,
            pd.DataFrame(rows),
            label="tab-panel",
            first=("model", t("Model")),
            outcome=study.outcome,
            notes=_withheld(voice, part),
        ),
        checks_table(
            voice,
            (part.hausman, *part.tests),
            label="tab-hausman",
            caption=t("Do fixed and random effects agree, and what may be assumed of the errors?"),
        ),
        Text(
            t(
                "Errors of a firm that go together over time, or effects of firms, are no reason against a model whose standard errors "
                "are clustered by firm, as all above are: they are the reason for it. Firms that move together in a period are the "
                "reason for period effects, and for comparing beneficiaries with others instead of with themselves before. What is "
                "common to some firms only, such as those of one place or trade, is not tested here: it asks for clusters there."
            )
        ),
    ]
    if part.own_model is not None:
        shown += _own(voice, part.own_model)
    return Exhibits(tuple(shown))


def _withheld(voice: Voice, part: PanelModels) -> tuple[str, ...]:
    """Name the models that a release does not tell; a run has all of them."""
    told = {str(model.spec["estimator"]) for model in part.models}
    names = [said(voice.t, "panel_model", name) for name in PANEL_MODELS if name not in told]
    if not names:
        return ()
    return (
        voice.t("{what}: {why}.", what=voice.f.listed(names), why=said_why_not(voice.t, WITHHELD)),
    )


def _own(voice: Voice, estimate: Estimate) -> list[Exhibit]:
    t, study = voice.t, voice.study
    assert study.plan.panel_model is not None  # noqa: S101 (narrowing for mypy; the part has a model only if the plan does)
    outcome = study.plan.panel_model.outcome
    frame = estimate.table.assign(
        what=[
            study.label(str(term)) if "=" not in str(term) else str(term).split("=")[1]
            for term in estimate.table["term"]
        ]
    )
    text = t(
        "The plan's own model: fixed effects of {outcome}, {n} observations of {units} firms.",
        outcome=voice.name(outcome),
        n=voice.f.number(estimate.sample.n_obs),
        units=voice.f.number(estimate.sample.n_units),
    )
    return [
        Text(text),
        _table(
            voice, frame, label="tab-own-model", first=("what", t("Regressor")), outcome=outcome
        ),
    ]


def _table(
    voice: Voice,
    frame: pd.DataFrame,
    *,
    label: str,
    first: tuple[str, str],
    outcome: str,
    notes: tuple[str, ...] = (),
) -> Table:
    t, f = voice.t, voice.f
    plain = voice.plain(outcome)
    return Table(
        label=label,
        caption=t(
            "{outcome} ({unit})", outcome=voice.study.label(outcome), unit=voice.study.unit(outcome)
        ),
        frame=frame[[first[0], "estimate", "std_error", "conf_low", "conf_high", "p_value"]],
        headings={
            first[0]: first[1],
            "estimate": t("Coefficient"),
            "std_error": t("Standard error"),
            "conf_low": t("Interval from"),
            "conf_high": t("to"),
            "p_value": t("p‑value"),
        },
        formats={
            **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), plain),
            "p_value": f.p_value,
        },
        notes=notes,
    )
