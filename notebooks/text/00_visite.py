# %% [markdown]
# # Dix minutes avec `impact`
#
# D’un fichier de chiffres d’affaires d’artisans à un résultat et son intervalle, en passant par un piège.
#
# Les données livrées avec le paquet sont **simulées** : aucune entreprise réelle n’y figure. Le véritable effet est donc connu, et vous
# pourrez le lire à la fin. Exécutez les cellules l’une après l’autre (Maj-Entrée) ; rien ici ne peut s’abîmer.

# %%
import json

import matplotlib.pyplot as plt
import pandas as pd

import impact
from impact.pipeline.notebook import find_plan

folder = find_plan("evaluation.yml").parent / "data"

# %% [markdown]
# ## 1. Lire le fichier
#
# Le schéma placé à côté du fichier dit ce qu’est chaque colonne. Ce qui n’y répond pas est refusé, avec la colonne, la règle et les lignes.

# %%
panel = impact.read_panel(
    folder / "artisans.csv",
    schema=folder / "artisans.yml",
    outcome="revenue_mad",
    strata=["city", "type"],
)
print(panel)

# %% [markdown]
# *À regarder :* 48 entreprises ont exposé à un salon, au cours de deux trimestres de 2013 ; 552 ne l’ont jamais fait. Certaines réponses
# manquent. (300 autres étaient présentes à une manifestation au Maroc : elles ne servent pas de comparaison pour les salons, et ne sont pas dans
# ce fichier.)
#
# ## 2. Le piège : comparer les exposants aux autres
#
# Après les salons, combien un exposant vend-il de plus qu’une entreprise qui n’a pas exposé ?

# %%
frame = pd.read_csv(folder / "artisans.csv")
frame["exposant"] = frame["first_fair"].notna()
frame["après"] = frame["quarter"] >= "2013Q1"
means = frame.groupby(["exposant", "après"])["revenue_mad"].mean().unstack()
means.round(-2)

# %%
naive = means.loc[True, True] - means.loc[False, True]
f"{naive:,.0f} MAD par trimestre de plus que les autres"

# %% [markdown]
# Un gain de près de 20 000 MAD par trimestre ? Regardez la colonne d’avant les salons : les exposants vendaient *déjà* environ 25 000 MAD
# de plus. On a emmené aux salons de plus grandes entreprises. La comparaison mesure qui a été choisi, non ce que les salons ont fait.
#
# ## 3. Comparer des évolutions, non des niveaux
#
# L’évolution de chaque cohorte depuis le trimestre qui précède son premier salon, moins celle des entreprises qui ne sont pas (encore)
# allées à un salon. Trois lignes : panel, estimateur, moyenne.

# %%
effects = impact.CallawaySantAnna(control_group="not_yet_treated").fit(panel)
overall = effects.aggregate(by="overall")
overall

# %%
_, axes = plt.subplots(figsize=(8, 3.5))
effects.aggregate(by="event_time").plot(axes)
plt.show()

# %% [markdown]
# *À regarder :* à gauche de zéro, avant le premier salon, les points devraient se disperser autour de zéro. À droite, ils montrent l’effet,
# qui met quelques trimestres à apparaître.
#
# À côté, deux modèles qui se ressemblent et répondent à d’autres questions.

# %%
static = impact.TwoWayFixedEffects().fit(panel)
pooled = impact.PooledOLS().fit(panel)
impact.compare([overall, static, pooled], terms={"overall": "effet", "exposed": "effet"})

# %% [markdown]
# Les moindres carrés empilés (`PooledOLS`) sont encore le piège : quelque 20 000 MAD, et son intervalle exclut zéro. Être significatif ne distingue
# pas un piège d’un effet.
#
# ## 4. Avec quelle certitude ?
#
# Peu d’entreprises ont exposé, et le chiffre d’affaires compte quelques très grandes valeurs : l’intervalle usuel risque d’être trop court.
# Un test de permutation demande quelle taille prend un « effet » quand on attribue les salons à d’autres entreprises de la même ville et
# du même type.

# %%
believed = impact.Permutation(permutations=999, seed=2012).of(
    panel, impact.CallawaySantAnna(control_group="not_yet_treated")
)
believed

# %% [markdown]
# ## 5. La vérité, pour une fois
#
# Des données réelles ne viennent jamais avec cette cellule.

# %%
truth = json.loads((folder / "artisans_truth.json").read_text(encoding="utf-8"))["overall"]
pd.DataFrame(
    {
        "MAD par trimestre": [
            naive,
            float(overall.params.iloc[0]),
            believed.conf_low,
            believed.conf_high,
            truth["effect_mad"],
        ]
    },
    index=["exposants moins autres", "estimation", "intervalle de", "intervalle à", "vérité"],
).round(-2)

# %% [markdown]
# La comparaison naïve vaut près de quatre fois la vérité. L’estimation se trouve de l’autre côté de zéro, et son intervalle contient à la fois zéro et
# la vérité : avec 48 exposants, cette étude ne pouvait pas être sûre, et un rapport honnête le dit.
#
# Pourquoi si bas ? Outre le hasard, les entreprises ont été choisies après une poussée des ventes qui serait retombée de toute façon, des commandes sont
# arrivées avant le salon, et un quart du chiffre d’affaires n’est pas déclaré. Les vrais programmes sont ainsi. Sur un grand nombre de tels tirages,
# [docs/first-pages.md](../docs/first-pages.md) dit combien de fois une estimation se trompe, et de combien.
#
# ## 6. À vous
#
# - Remplacez plus haut `control_group` par `"never_treated"` et recommencez : qu’est-ce qui change, et pourquoi si peu ?
# - Lisez `outcome="export_revenue_mad"` au lieu du chiffre d’affaires. Sur quel marché attendriez-vous le gain ?
# - Lancez toute l’évaluation, du plan au rapport : `make report` dans un terminal. Les carnets 01 à 06 en sont les chapitres, dans la langue
#   du plan.
