# %% [markdown]
# # Robustness · Robustesse

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
study.opening("certainty")

# %%
panel = study.panel()
estimator = study.estimator()
impact.Permutation(permutations=99).of(panel, estimator)

# %%
study.certainty()

# %%
study.robustness()
