# %% [markdown]
# # Sample and comparability · Échantillon et comparabilité

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
from impact.diagnostics.balance import joint_balance
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
study.opening("sample")

# %%
panel = study.panel()
print(panel)
joint_balance(panel)

# %%
study.sample_flow()

# %%
study.comparability()
