# %% [markdown]
# # Panel models · Modèles de panel

# %% tags=["parameters"]
# What this notebook may be told; None means: as in the plan (docs/plan.md).
plan = "evaluation.yml"
outcome = None
only = None
cohort = None
comparison_group = None
anticipation = None
alpha = None
permutations = None
seed = None
language = None
results = None

# %%
import impact
from impact.pipeline import open_study

study = open_study(
    plan=plan,
    outcome=outcome,
    only=only,
    cohort=cohort,
    comparison_group=comparison_group,
    anticipation=anticipation,
    alpha=alpha,
    permutations=permutations,
    seed=seed,
    language=language,
    results=results,
)

# %%
study.opening("panel_models")

# %%
panel = study.panel()
followed = study.study.plan.waves == "panel"
model = impact.FixedEffects() if followed else impact.PooledOLS()
model.fit(panel)

# %%
study.panel_models()
