# %% [markdown]
# # Worth the money? · L'argent en valait-il la peine ?

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
study.opening("worth")

# %%
worth = study.part("economics").worth
worth and worth.appraisal.streams({"persistence": 0.9}).rate_of_return()

# %%
study.worth_it()
