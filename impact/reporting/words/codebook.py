"""What a codebook says of data and variables beside their declared words."""

from impact.reporting.words.catalogue import t

SECURITY = {
    "direct_key": t("Key of the firm: links every row of it; to be replaced before data leave"),
    "group_key": t("Key of a group of firms: may tell where a firm is"),
    "free_text": t("Text: may name a firm, a person or a place; to be read before data leave"),
    "indirect": t("Trait of the firm: may tell who it is together with others"),
    "sensitive": t("Figure of the firm: sensitive, and may tell who it is where it is rare"),
    "harmless": t("Tells of no firm by itself"),
}
"""How near a variable comes to a firm."""

ROLES = {
    "unit": t("identifies the firm"),
    "time": t("counts time"),
    "cohort": t("first treated period"),
    "cluster": t("cluster above the firm"),
    "weight": t("weight"),
}

DATA_KINDS = {
    "survey": t("Panel: one row a firm and period"),
    "simulated": t("Simulated panel: one row a firm and period; no real firm is in it"),
    "rehearsal": t("REHEARSAL: simulated panel, made before there are data; no real firm is in it"),
}

TIME_METHODS = {"panel": t("Panel")}

TYPES = {
    "type:string": t("text"),
    "type:integer": t("whole number"),
    "type:number": t("number"),
    "type:boolean": t("yes or no"),
    "type:period": t("period"),
    "type:date": t("date"),
    "type:category": t("category"),
}
