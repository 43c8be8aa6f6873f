"""What the keys of a plan, a schema and an intake plan mean, in French, for the workbook; a test finds keys without it."""

from collections.abc import Mapping

from impact.data.plan_workbook.sheets import Part

MEANINGS: Mapping[Part, Mapping[str, str]] = {
    "plan": {
        "name": "dossier de l'exécution sous reports/ : lettres minuscules, chiffres, traits d'union",
        "data": "fichier de données, plan de réception (.yml) ou fichier de moments (.moments)",
        "schema": "fichier qui dit ce que sont les colonnes",
        "questions": "ce à quoi le rapport répond, dans cet ordre : [{question, answered_by, about, expects}], la question en "
        "{en, fr}",
        "estimand": "ce qu'estime le résultat principal : effect_on_beneficiaries (sur les bénéficiaires) ou, d'un tirage, "
        "effect_of_being_drawn (d'avoir été tiré) ; refusé si le plan d'étude en a un autre",
        "outcomes": "colonnes des résultats ; la première est le résultat principal",
        "cohort": "colonne de la première période de traitement (vide : jamais traité), si ce n'est celle du schéma",
        "planned_cohort": "la même chose telle que prévue, pour l'effet d'avoir été invité",
        "only": "{colonne: [modalités]} : entreprises qui ont une des modalités, dans chaque colonne ; chaque page dit qu'il "
        "s'agit d'une partie des entreprises",
        "assignment": "comment les bénéficiaires ont été retenus : randomised (au hasard), chosen (par choix) ou by_rule "
        "(par une règle) ; l'estimateur, les vérifications et les phrases en découlent",
        "assigned_by": "ce qui a été tiré au sort (assignment: randomised) : unit (l'unité) ou cluster (le groupe entier) ; "
        "d'office le groupe du schéma s'il en a un",
        "arms.column": "colonne du groupe auquel chaque unité a été tirée au sort, constante en elle",
        "arms.control": "le groupe témoin, écrit comme dans cette colonne",
        "arms.labels": "{groupe: {en: ..., fr: ...}} : noms des groupes ; le premier qui n'est pas le témoin est celui de la "
        "première page",
        "waves": "panel (les mêmes unités à chaque période), repeated_cross_sections (d'autres unités à chaque fois) ou "
        "endline_only (une seule période, rien avant)",
        "participation": "colonne positive (ou vraie) là où une unité a participé ; cohort dit alors qui a été tiré au sort, "
        "venu ou non",
        "comparison_group": "not_yet_treated (pas encore traités) ou never_treated (jamais traités)",
        "anticipation": "périodes avant le début pendant lesquelles les résultats peuvent déjà réagir",
        "placebo_periods": "de combien de périodes le début placebo est avancé",
        "estimators": "ceux qui sont montrés à côté du principal",
        "subgroups": "colonnes ; les niveaux de moins de dix bénéficiaires ne sont pas montrés",
        "strata": "colonnes à l'intérieur desquelles le sort a été tiré ; sans tirage, le test de permutation échange les "
        "entreprises à l'intérieur d'elles et des tertiles du résultat de départ",
        "characteristics": "colonnes comparées avant le traitement",
        "covariates": "colonnes connues avant le traitement, dont une ligne à côté du résultat principal tient compte "
        "(doublement robuste, ou par régression pour les bras d'un tirage) ; les catégories deviennent des indicatrices",
        "missing_covariates": "observations où l'une d'elles manque : leave_out (écartées de cette ligne, et comptées) ou "
        "refuse (refusées)",
        "outcome_before": "périodes antérieures dont une ligne retient le résultat moyen, avec le dernier résultat ; après un "
        "creux elle est lue à côté du résultat principal ; 0 : aucune",
        "winsorise": "plafonne les résultats à ce quantile (au-dessus de 0,5) par période ; les valeurs brutes sont toujours "
        "montrées à côté ; 0 : aucun plafond",
        "exclusions": "observations laissées de côté : [{column, any_of, because}], ou pour des nombres below et above ; elles "
        "sont comptées, les cases vides restent",
        "treatment_group": "colonne de l'événement (salon) par lequel une entreprise a été traitée, à la place de sa cohorte ; "
        "les entreprises d'un même événement peuvent partager des chocs",
        "families": "{nom: [résultats]} : résultats testés ensemble, dont les valeurs p sont ajustées pour leur nombre",
        "placebo_outcomes": "résultats que le programme n'a pas pu changer",
        "design_draws": "panels simulés par processus de la vérification du plan d'étude",
        "programme": "fichier du programme : coût, but, théorie du changement, événements prévus et réalisés",
        "indicators": "fichier des indicateurs du plan de suivi : valeurs de départ, cibles, réalisations, chacune avec sa "
        "source",
        "survey.enumerator": "colonne de l'enquêteur ; les résultats n'en nomment aucun",
        "survey.duration": "colonne de la durée de l'entretien, dans une unité quelconque",
        "survey.employment": "colonne du nombre de personnes au travail : un chiffre d'affaires sans personne est signalé",
        "survey.entered": "colonne de la première période d'existence de l'entreprise, écrite comme les périodes : une réponse "
        "antérieure est signalée",
        "survey.back_check": "{résultat: colonne} : la même question lors d'une seconde visite, vide s'il n'y en a pas eu",
        "measures": "autres colonnes qui mesurent le résultat principal dans son unité : une semaine ordinaire, une meilleure "
        "estimation ; leurs effets sont montrés à côté",
        "secondary": "autres résultats pour la synthèse ; celui que le schéma n'a pas est signalé comme non mesuré",
        "secondary_labels": "{colonne: {en: ..., fr: ...}} : noms de ceux qui n'ont pas été mesurés",
        "exposure": "colonnes positives (ou vraies) là où une entreprise a rencontré une activité du programme, pour la "
        "contamination du groupe de comparaison",
        "dose": "colonne de la quantité reçue du programme, comme le nombre de salons",
        "relevant_effect": "plus petit effet qui compterait, en pourcentage du résultat sans le programme",
        "design_costs.firm": "coût de chaque entreprise, une fois, dans la monnaie du plan",
        "design_costs.interview": "coût de chaque entretien",
        "design_costs.round": "coût de chaque vague menée",
        "design_costs.cluster": "coût de chaque grappe visitée, à chaque vague",
        "limits.contamination": "part du groupe de comparaison qui a rencontré une activité du programme",
        "limits.attrition": "écart entre les groupes de la part qui répond encore à la dernière période",
        "limits.lost": "part de l'ensemble qui ne répond plus à la dernière période",
        "limits.imbalance": "plus grand écart entre les groupes avant le début, en écarts-types ; un tirage au sort est "
        "soumis à un test d'ensemble",
        "limits.compliance": "tirage au sort : plus petit écart de participation entre les tirés et les autres",
        "truth": "données simulées : fichier de l'effet vrai ; chaque page dit alors que les données sont simulées",
        "evidence": "fichier d'effets publiés, chacun avec sa source",
        "economics": "fichier des coûts, des bénéficiaires et des hypothèses, pour le taux de rendement",
        "lessons": "celles de l'évaluateur, à la place des ébauches : [{finding, condition, action}], chacune {en, fr}",
        "currency": "monnaie des résultats dont l'unité commence par elle",
        "permutations": "affectations tirées au hasard par le test de permutation ; toutes sont prises s'il y en a au plus "
        "20 000",
        "alpha": "seuil des tests : un moins le niveau de confiance",
        "seed": "graine des nombres aléatoires",
        "language": "langue du rapport : en ou fr",
    },
    "schema": {
        "sheet": "feuille d'un classeur ; nécessaire s'il en a plusieurs",
        "table": "table d'un fichier DuckDB ; d'office la seule",
        "header_row": "ligne des noms de colonnes d'un classeur ou d'un CSV, 3 sous deux lignes de titres ; les lignes de "
        "données se comptent à partir de la suivante",
        "heading_rows": "nombre de lignes qui forment les noms, header_row étant la première : avec 2, 2012 au-dessus de T1 "
        "devient 2012 / T1 ; une cellule vide au-dessus de la dernière continue celle de gauche",
        "footer_rows": "lignes à la fin d'un classeur ou d'un CSV qui ne sont pas des données : sources, notes, totaux",
        "moved_rows": "d'un classeur ou d'un CSV : les lignes dont les cellules semblent décalées d'une colonne, avec un blanc "
        "là où les autres n'en ont pas, sont refusées avec leur numéro ; keep dit qu'elles ont été vues et sont justes",
        "csv.delimiter": "entre les cellules : , ; | ou une tabulation (d'office dans un fichier .tsv)",
        "csv.decimal": "signe décimal ; sans lui, une colonne dont chaque nombre pourrait avoir des points de milliers (1.234) "
        "est refusée",
        "csv.thousands": "signe des milliers : . , ' ou une espace, fine et insécable comprises ; retiré là seulement où il "
        "groupe par trois",
        "csv.dates": "ordre des dates dont l'année est à la fin (01/04/2013) : day_first (jour) ou month_first (mois)",
        "csv.encoding": "codage des caractères ; un codage impossible est refusé",
        "identifiers": "{colonne: {keep: raison}} : colonnes déclarées qui ressemblent à un nom, une pièce d'identité, un "
        "téléphone, un compte, une adresse, une date de naissance ou un lieu, et pourquoi elles sont là ; sans raison elles "
        "sont refusées",
        "version": "1",
        "source": "d'où viennent les données, en une ou deux langues",
        "unit": "colonne qui identifie l'entreprise ; les identifiants qui ne font que se ressembler sont refusés",
        "cluster": "colonne au-dessus de l'unité, constante en elle ; tenue à la règle des identifiants",
        "weight": "colonne constante dans l'unité",
        "missing_outcome": "refuse (refuser), ou drop (écarter et compter)",
    },
    "intake": {
        "version": "1",
        "result": "la table qui est le panel ; d'office celle que fait la dernière règle",
        "columns": "colonnes du panel et leur ordre ; toutes d'office",
    },
}
"""By part and key."""

WHOLES: Mapping[str, str] = {
    "title": "titre du rapport, `{en: ..., fr: ...}`",
    "arms": "les bras d'un tirage à plusieurs : `{column, control, labels}` ; la première page compare le premier au groupe "
    "témoin",
    "panel_model": "un modèle à effets fixes de plus : `{outcome, regressors, time_effects, vcov}`",
    "words": "comment le rapport nomme les choses ; aucune de ces clés n'est nécessaire",
    "survey": "colonnes sur les entretiens, pour la vérification des données ; aucune de ces clés n'est nécessaire",
    "relevant_effect_reason": "pourquoi celui-là : sa source, ou que c'est une hypothèse",
    "design_costs": "ce que l'étude elle-même coûte, dans la monnaie du plan : `impact rehearse` compare les plans d'étude "
    "par là ; sans coût, par les entretiens",
    "limits": "valeurs au-delà desquelles la note du niveau de preuve baisse",
}
"""Keys of a plan that hold others, as a whole: a new plan has a line for each, a workbook one for each key within."""
