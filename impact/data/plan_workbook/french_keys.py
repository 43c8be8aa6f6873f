"""What the keys of columns, files and rules mean, in French, for the workbook's sheet of keys; a test finds keys without it."""

from collections.abc import Mapping

FRENCH: Mapping[str, Mapping[str, str]] = {
    "cells": {
        "type": "string (texte), integer (entier), number (nombre), boolean, period (période), date ou category ; ce "
        "que le fichier contient le devient, ou est refusé",
        "minimum": "plus petite valeur ; une valeur au-dessous est refusée",
        "maximum": "plus grande valeur ; une valeur au-dessus est refusée",
        "decimals": "d'un nombre : combien de chiffres peuvent suivre le signe décimal là où il est écrit en texte ; "
        "davantage est refusé. Sans cette clé, quelques nombres comme 8,849 parmi des montants à deux décimales "
        "sont refusés, car il peut s'agir de milliers ; decimals: 3 les accepte",
        "categories": "d'une category, et d'elle seule : ce qui peut y figurer",
        "missing": "codes qui ne valent rien, comparés dans le type déclaré : nombres ou textes, [-99, NA], ou avec "
        "une raison {code: -98, reason: refused} ; les .a de Stata et les valeurs manquantes de SPSS le sont "
        "sans être nommées, et peuvent recevoir une raison",
        "labelled": "d'une colonne de nombres étiquetés (Stata, SPSS) : si elle vaut par ses étiquettes ou par ses "
        "codes ; cela n'est pas deviné",
        "value_labels": "ce que les étiquettes du fichier doivent dire des codes, {1: oui, 2: non}, sans égard aux "
        "majuscules ni aux accents ; un fichier qui dit autre chose est refusé, de même que celui dont les "
        "étiquettes ont été inversées",
        "filled": "true : chaque ligne a ici quelque chose, une réponse ou un code déclaré ; une cellule vide est "
        "refusée avec sa ligne",
        "pseudonym": "true : chaque identifiant de la colonne est remplacé, avant toute autre chose, par un "
        "pseudonyme sous la clé secrète du fichier que nomme IMPACT_KEY_FILE (impact key new) ; un identifiant a "
        "le même pseudonyme dans tous les fichiers. Pour le type string seulement",
    },
    "columns": {
        "unit": "unité de mesure, en une ou deux langues",
        "scale": "level (niveau), ou log : les effets sont aussi donnés en pourcentage",
        "category_labels": "{catégorie: {en: ..., fr: ...}}",
    },
    "sources": {
        "file": "chemin du fichier, à partir du dossier du plan de réception",
        "totals.column": "le nom de la colonne dans le fichier",
        "totals.words": "ce qui s'y lit dans une ligne de totaux, sans égard aux majuscules : [TOTAL, Total général]",
        "columns": "par le nom qu'elles reçoivent, chacune avec ses clés",
    },
    "source_columns": {
        "column": "son nom dans le fichier, s'il diffère de la clé",
        "frequency": "d'une period, et d'elle seule : integer (numéro), year (année), quarter (trimestre) ou month "
        "(mois)",
        "unit": "unité de mesure, pour le lecteur",
        "each": "valeurs qui remplacent {nom} dans les textes de cette entrée, lue alors une fois par combinaison : "
        "{y: [2010, 2011], q: [1, 2]}",
        "currency": "d'un montant, comme MAD, aux prix de son jour ; des montants de deux monnaies, ou déflatés et "
        "non déflatés, ne sont jamais additionnés ni mis les uns sous les autres",
    },
    "rules": {
        "into": "nom de la table que la règle fait ; d'office sa propre table, modifiée",
        "table": "la table que la règle modifie",
        "new": "nom de la nouvelle colonne ; une règle n'en remplace jamais une, l'original reste à côté",
        "where": "conditions qui doivent toutes être remplies ; leurs clés plus bas",
    },
    "append": {
        "into": "nom de la table que la règle fait",
        "tables": "tables, la première en haut",
        "only": "toutes les colonnes de chaque table, ou celles qui se trouvent dans toutes",
    },
    "wide_to_long": {
        "period": "nom de la nouvelle colonne des périodes",
        "frequency": "integer (numéro), year (année), quarter (trimestre) ou month (mois)",
        "columns": "{revenue: {2012Q1: ca_t1, 2012Q2: ca_t2}} : nouvelles colonnes, et pour chaque période la "
        "colonne qui la contient",
        "leave_out": "all_missing : aucune ligne pour une période dont rien n'est connu ; none : une ligne pour "
        "chaque période",
        "each": "valeurs qui remplacent {nom} dans les textes de cette entrée, lue alors une fois par combinaison : "
        "{y: [2010, 2011], q: [1, 2]}",
    },
    "duplicates": {
        "on": "colonnes de la clé ; une ligne où l'une d'elles manque n'a pas de clé et reste",
        "keep": "refuse (refuser) ; identical : l'une des lignes égales dans toutes les colonnes, sinon refus ; "
        "first ou last (première ou dernière dans l'ordre des fichiers) ; largest ou smallest (plus grande ou "
        "plus petite) selon la colonne by, sinon refus",
        "by": "colonne qui dit le plus grand et le plus petit : nombre, période ou date",
    },
    "merge": {
        "table": "la table de gauche, dont les lignes sont gardées",
        "with": "la table de droite, qui donne des colonnes",
        "on": "colonnes de la clé, d'un même type dans les deux tables ; ou {gauche: droite}. Une ligne où l'une "
        "d'elles manque n'en rencontre aucune",
        "take": "colonnes de la table de droite ; ou {nouveau: ancien}. Un nom que la table de gauche porte déjà est "
        "refusé",
        "expect": "one_to_one : aucune clé ne se répète dans l'une ni l'autre table ; many_to_one : une clé peut se "
        "répéter à gauche, comme une entreprise dans un panel. Une clé qui se répète à tort est refusée avec ses "
        "lignes",
        "unmatched": "lignes de la table de gauche qui n'en rencontrent aucune : refuse (refuser), keep (garder, les "
        "colonnes prises étant manquantes pour la raison unmatched) ou drop (écarter)",
        "unmatched_with": "lignes de la table de droite qui n'en rencontrent aucune : refuse (refuser), ou keep_out "
        "(laisser dehors et compter)",
        "normalise": "ce qui ne distingue pas deux clés quand elles sont comparées : case (majuscules), accents, "
        "spaces (espaces), punctuation ; les données restent telles quelles. Deux clés d'une même table qui n'en "
        "font plus qu'une sont refusées. [none], ou rien : clés égales à la lettre",
        "similar.columns": "colonnes de textes comparées, comme le nom ; ou {gauche: droite}. Comparées à l'oreille "
        ": sans accents, articles ni ordre des mots, ou comme u, y comme i, q comme k ; une paire vaut ce que "
        "vaut la moins bonne de ses colonnes",
        "similar.within": "colonnes qui doivent se prononcer de même, comme la ville et le métier ; ou {gauche: "
        "droite}. Sans elles chaque ligne est comparée à chaque autre, et plus de 500 millions de paires sont "
        "refusées",
        "similar.at_least": "note, sur 100, à partir de laquelle une paire est proposée",
        "similar.confirmed": "fichier des réponses d'une personne, à partir du dossier du plan de réception : CSV ou "
        "classeur avec les colonnes left, right (les clés telles que dans les tables) et accepted (yes ou no) ; "
        "d'autres, comme la date et les initiales, peuvent s'y ajouter. Les paires acceptées sont réunies comme "
        "des clés égales, les rejetées ne sont plus proposées ; une paire acceptée dont la clé n'est dans aucune "
        "table, ou qui contredit une clé égale, est refusée",
    },
    "sort": {
        "by": "colonnes, la première comptant le plus : nombres, et textes, périodes et jours par leurs lettres ; "
        "les manquants à la fin",
    },
    "summarise": {
        "by": "colonnes de la clé ; une ligne où l'une d'elles manque est refusée",
        "columns": "{fairs: {count: true, where: [...]}} : nouvelles colonnes et la façon dont chacune est faite ; "
        "leurs clés plus bas",
    },
    "recode": {
        "type": "de la nouvelle colonne",
        "frequency": "d'une période",
        "currency": "de montants, comme MAD, aux prix de leur jour",
        "column": "la colonne des codes",
        "codes": "{1: bois, 2: cuir, 9: null} : ce que devient chaque code, null pour manquant avec la raison "
        "recoded ; 1 en nombre, 1 en texte et 1.0 sont un seul code",
        "others": "valeurs qui ne sont aucun des codes : refuse (refusées avec leurs lignes) ; missing (manquantes "
        "avec la raison not_recoded) ; keep (gardées telles quelles, nombres parmi des nombres ou textes parmi "
        "des textes)",
        "missing": "ce que devient une cellule manquante ; d'office elle le reste",
    },
    "arms": {
        "column": "la colonne des groupes ; une cellule manquante est refusée, car on ne sait si elle est traitée",
        "starts": "{1: 2012Q1, 2: 2012Q3} : la première période de traitement de chaque code traité",
        "never": "codes jamais traités : manquants dans la nouvelle colonne, avec la raison never",
        "frequency": "des périodes",
    },
    "sum": {
        "columns": "nombres d'une même monnaie et aux prix d'une même année",
        "missing": "ce qu'une partie manquante fait de la somme : missing (manquante) ; refuse (une erreur avec les "
        "lignes) ; zero (la partie compte pour 0, même si toutes manquent) ; any (les parties connues, manquante "
        "si aucune ne l'est)",
    },
    "subtract": {
        "column": "ce dont on retranche : un nombre, une date ou une période",
        "minus": "ce qui est retranché : nombres d'une même monnaie, dates, ou périodes de même fréquence ; manquant "
        "si l'un des deux l'est",
    },
    "share": {
        "column": "la partie : un nombre",
        "over": "le tout, de la même monnaie s'il en a une : 0 sur 0 est manquant avec la raison zero_over_zero, et "
        "compté ; toute autre chose sur 0 est refusée",
        "outside": "au-dessous de 0 ou au-dessus de 1 : refuse (refuser) ; keep (garder) pour un rapport comme le "
        "chiffre d'affaires par personne",
    },
    "log": {
        "column": "un nombre",
        "function": "log : naturel, 0 et au-dessous sont refusés ; log1p : d'un de plus, au-dessous de 0 est refusé "
        "; asinh : de tout nombre. Avec des zéros, les effets sur les deux derniers dépendent de l'unité (Chen "
        "et Roth 2024)",
    },
    "constant": {
        "type": "de la nouvelle colonne",
        "frequency": "d'une période",
        "currency": "de montants, comme MAD, aux prix de leur jour",
        "value": "une valeur de ce type",
    },
    "join_texts": {
        "columns": "textes ou nombres entiers, de gauche à droite ; manquant là où l'un d'eux l'est",
        "separator": "entre eux ; refusé s'il figure dans un des textes, car a-b et c ne sont pas a et b-c",
    },
    "period_of": {
        "column": "une date, ou une période du calendrier qui n'est pas plus longue que celles demandées",
        "frequency": "year (année), quarter (trimestre) ou month (mois)",
    },
    "read_period": {
        "column": "une colonne de textes, ou de nombres entiers comme 201012",
        "frequency": "year (année), quarter (trimestre) ou month (mois) : une période plus courte devient celle où "
        "elle se trouve",
        "written": "comment elles sont écrites, chaque façon par son exemple : Q4 2010, 2010 Q4, T4 2010, 2010 T4, "
        "4th quarter 2010, 4e trimestre 2010, December 2010, décembre 2010, 12/2010, 2010-12, 201012, 2010m12, "
        "2010, FY 2010, 2010/11 ; majuscules, accents, espaces et signes entre les parties n'importent pas. Un "
        "texte écrit autrement, ou que deux façons lisent comme deux périodes, est refusé",
        "fiscal_year_named": "de 2010/11 : s'il porte le nom de sa première ou de sa dernière année civile",
    },
    "fiscal_year": {
        "column": "une date, ou une période en mois ou en trimestres",
        "begins": "le mois où commence l'exercice, 7 pour juillet ; il doit ouvrir un trimestre si la colonne a des "
        "trimestres",
        "named": "l'année civile dont l'exercice porte le nom : celle où il commence (first) ou finit (last)",
    },
    "first_period": {
        "column": "des zéros et des uns ; une cellule vide est refusée, car vide n'est pas non traité",
        "unit": "la colonne qui identifie l'unité",
        "time": "la colonne de ses périodes",
        "marks": "treatment : 1 à chaque période traitée, et un traitement qui s'interrompt est refusé ; start : 1 à "
        "la première seulement",
    },
    "muslim_calendar": {
        "column": "périodes en années, trimestres ou mois, de 1925 à 2076 ; les autres sont refusées",
        "what": "ramadan : la part des jours de la période qui tombe pendant le ramadan ; eid_al_fitr, eid_al_adha : "
        "1 si le premier jour de la fête tombe dans la période, 0 sinon",
        "days_later": "jours dont les mois commencent après le calendrier d'Oumm al-Qoura ; au Maroc 1 pour la "
        "plupart des mois de 2009 à 2015",
    },
    "deflate": {
        "column": "montants aux prix de leur jour, dont le fichier déclare la monnaie (currency) ; des montants déjà "
        "déflatés sont refusés",
        "period": "la colonne de leurs périodes ou de leurs jours",
        "index.series": "morocco_cpi : prix à la consommation par année, 2005 à 2019, de la Banque mondiale ; ou les "
        "trois clés suivantes",
        "index.table": "une table du plan : un fichier en est une",
        "index.period": "sa colonne de périodes, en années, trimestres ou mois, chacune une seule fois",
        "index.value": "sa colonne de niveaux au-dessus de 0, de base quelconque",
        "index.source": "où les niveaux de la table ont été lus, pour le rapport ; une série du logiciel a la sienne",
        "base": "la période aux prix de laquelle sont les nouveaux montants : 2012, 2012Q1 ou 2012-01, pas plus "
        "courte que celles de l'indice",
        "new": "nom de la nouvelle colonne, avec ses prix : revenue_2012_mad ; l'original reste à côté",
    },
    "exchange": {
        "column": "montants d'une monnaie déclarée (currency), aux prix de l'année year : déflatés à elle, ou tous "
        "d'elle",
        "to": "l'autre monnaie, comme USD",
        "rate": "unités de la monnaie de la colonne pour une de l'autre : 8.628441 dirhams pour un dollar en 2012",
        "year": "l'année du taux",
        "source": "où le taux a été lu",
        "period": "la colonne des périodes ou des jours de montants qui n'ont pas été déflatés ; une période hors de "
        "year est refusée",
    },
    "recall": {
        "column": "montants tels que déclarés",
        "per": "month (mois), quarter (trimestre) ou year (année) : la durée des nouveaux montants",
        "months": "nombre de mois sur lequel tous ont été interrogés ; ou les deux clés suivantes",
        "asked": "une colonne de codes qui disent sur quelle durée",
        "codes": "{1: 1, 2: 12} : nombre de mois de chaque code ; un autre code est refusé, et un montant sans code "
        "devient manquant avec la raison recall_unknown",
    },
    "correct": {
        "column": "la colonne qui contient des erreurs",
        "corrections": "avec les clés plus bas ; une correction qui ne change aucune ligne, ou une ligne que deux "
        "corrigent, est refusée ; le registre compte les lignes de chacune : correction:1, correction:2, ...",
    },
    "winsorise": {
        "lower": "quantile au-dessous duquel les valeurs le deviennent, comme 0.01",
        "upper": "quantile au-dessus duquel les valeurs le deviennent, comme 0.99",
        "within": "colonnes, comme la période, dans les groupes desquelles les quantiles sont pris ; une valeur "
        "manquante y est refusée",
        "column": "un nombre",
    },
    "round": {
        "decimals": "décimales qui restent : 0 pour des nombres entiers",
        "column": "un nombre",
    },
    "pseudonymise": {
        "column": "colonne de type string : noms ou identifiants",
        "new": "nom de la nouvelle colonne ; un identifiant a un seul pseudonyme sous une clé (IMPACT_KEY_FILE), ici "
        "comme avec pseudonym: true. Des identifiants qui ne font que se ressembler sont refusés",
    },
    "forget": {
        "columns": "colonnes à écarter ; une colonne absente est refusée",
    },
    "condition": {
        "column": "la colonne qui est examinée",
        "is": "égal à un code, comparé dans le type de la colonne : 0 est 0.0",
        "is_not": "toute autre chose qu'un code, ou manquant",
        "one_of": "égal à l'un de plusieurs codes",
        "none_of": "égal à aucun de plusieurs codes",
        "at_least": "un nombre ou une période, ou au-delà ; de même les trois suivants",
        "at_most": "un nombre ou une période, ou en deçà",
        "above": "au-delà d'un nombre ou d'une période",
        "below": "en deçà d'un nombre ou d'une période",
        "filled": "true : a une valeur ; false : est manquant",
    },
    "summary": {
        "count": "true : combien de lignes",
        "sum": "somme d'une colonne de nombres ; manquante là où l'un d'eux l'est",
        "largest": "plus grand nombre, dernière période ou dernier jour connu ; de même le suivant",
        "smallest": "le plus petit, ou le premier dans le temps",
        "first": "ce que contient la première ligne, dans l'ordre de la table",
        "last": "ce que contient la dernière ligne",
        "where": "seulement les lignes où ces conditions sont remplies ; leurs clés plus haut",
    },
    "correction": {
        "where": "conditions, qui doivent toutes être remplies, sur les valeurs d'avant toute correction ; leurs "
        "clés plus haut",
        "value": "ce que les cellules deviennent, ou",
        "missing": "la raison pour laquelle elles deviennent manquantes, comme unit_unknown",
    },
}  # fmt: skip
"""By group and key; what several rules share stands under ``rules``, what both kinds of columns share under ``cells``."""
