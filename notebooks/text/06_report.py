# %% [markdown]
# # Evaluation report
#
# The report itself, assembled from the results of the other notebooks (computed here where there are none).

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
study.first_page()

# %%
study.summary_of_findings()

# %%
study.programme()

# %%
study.comparison()

# %%
study.effects()

# %%
study.why()

# %%
study.how_sure()

# %%
study.worth_the_money()

# %%
study.evidence_elsewhere()

# %%
study.lessons()

# %%
study.technical_annex()
