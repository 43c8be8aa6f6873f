# %% [markdown]
# # Ten minutes with `impact`
#
# From a file of artisans' revenue to a result with its interval, through one trap.
#
# The data that ship with the package are **simulated**: no real firm is in them. So the true effect is known, and at the end you can
# look it up. Run the cells one after the other (Shift-Enter); nothing here can break.

# %%
import json

import matplotlib.pyplot as plt
import pandas as pd

import impact
from impact.pipeline.notebook import find_plan

folder = find_plan("evaluation.yml").parent / "data"

# %% [markdown]
# ## 1. Read the file
#
# The schema beside the file says what each column is. What does not fit is refused with its column, rule and rows.

# %%
panel = impact.read_panel(
    folder / "artisans.csv",
    schema=folder / "artisans.yml",
    outcome="revenue_mad",
    strata=["city", "type"],
)
print(panel)

# %% [markdown]
# *What to look for:* 48 firms exhibited at a fair, in two quarters of 2013. 552 never did. Some answers are missing. (300 more firms were
# at events at home. They are no comparison for fairs, and are left out of this file.)
#
# ## 2. The trap: compare exhibitors with the others
#
# After the fairs, how much more did an exhibitor sell than a firm that did not exhibit?

# %%
frame = pd.read_csv(folder / "artisans.csv")
frame["exhibitor"] = frame["first_fair"].notna()
frame["after"] = frame["quarter"] >= "2013Q1"
means = frame.groupby(["exhibitor", "after"])["revenue_mad"].mean().unstack()
means.round(-2)

# %%
naive = means.loc[True, True] - means.loc[False, True]
f"{naive:,.0f} MAD a quarter more than the others"

# %% [markdown]
# A gain of nearly 20,000 MAD a quarter? Look at the column before the fairs: exhibitors sold about 25,000 MAD more *then*, too. Larger
# firms were taken to the fairs. The comparison measures who was chosen, not what the fairs did.
#
# ## 3. Compare changes, not levels
#
# The change of each cohort since the quarter before its first fair, less the change of firms that were not (yet) at a fair. Three lines:
# panel, estimator, average.

# %%
effects = impact.CallawaySantAnna(control_group="not_yet_treated").fit(panel)
overall = effects.aggregate(by="overall")
overall

# %%
_, axes = plt.subplots(figsize=(8, 3.5))
effects.aggregate(by="event_time").plot(axes)
plt.show()

# %% [markdown]
# *What to look for:* left of zero, before the first fair, the points should scatter around zero. To the right they are the effect, which
# needs some quarters to appear.
#
# Beside it, two models that look alike and answer other questions.

# %%
static = impact.TwoWayFixedEffects().fit(panel)
pooled = impact.PooledOLS().fit(panel)
impact.compare([overall, static, pooled], terms={"overall": "effect", "exposed": "effect"})

# %% [markdown]
# The pooled model is the trap again: some 20,000 MAD, and its interval leaves out zero. Significance does not tell a trap from an effect.
#
# ## 4. How sure?
#
# Few firms exhibited, and revenue has a long tail: the usual interval may be too short. A permutation test asks how large an "effect"
# appears when the fairs are given to other firms of the same city and type.

# %%
believed = impact.Permutation(permutations=999, seed=2012).of(
    panel, impact.CallawaySantAnna(control_group="not_yet_treated")
)
believed

# %% [markdown]
# ## 5. The truth, for once
#
# Real data never come with this cell.

# %%
truth = json.loads((folder / "artisans_truth.json").read_text(encoding="utf-8"))["overall"]
pd.DataFrame(
    {
        "MAD a quarter": [
            naive,
            float(overall.params.iloc[0]),
            believed.conf_low,
            believed.conf_high,
            truth["effect_mad"],
        ]
    },
    index=["exhibitors less others", "estimate", "interval from", "interval to", "truth"],
).round(-2)

# %% [markdown]
# The naive comparison is nearly four times the truth. The estimate lies on the other side of zero, and its interval holds both zero and the
# truth: with 48 exhibitors this study could not have been sure, and an honest report says so.
#
# Why so low? Besides chance, firms were taken to the fairs after a spurt of sales that would have receded anyway, orders came in before the fair, and
# a quarter of revenue is not declared. Real programmes are like that. Of many such draws [docs/first-pages.md](../docs/first-pages.md) tells how often
# an estimate misses, and by how much.
#
# ## 6. Your turn
#
# - Change `control_group` to `"never_treated"` above and run again: what changes, and why so little?
# - Read `outcome="export_revenue_mad"` instead of revenue. In which market would you expect the gain?
# - Run the whole evaluation, from plan to report: `make report` in a terminal. The notebooks 01 to 06 are its chapters.
