"""What each notebook answers, and what its reader should look for (``notebook:answers``, ``notebook:look_for``)."""

from impact.reporting.words.catalogue import t

OPENINGS = {
    "data_quality:answers": t("What was recorded, what is missing, and what is unusual?"),
    "data_quality:look_for": t(
        "Look first at zeros and blanks: an outcome that stops is not the same as an answer that stops. Then look for values "
        "that one unit alone reports. Nothing is estimated here."
    ),
    "sample:answers": t("Who is compared with whom, and were they alike before the start?"),
    "sample:look_for": t(
        "Follow the counts from the file to the analysis: every unit that leaves has a reason. Then look for differences above "
        "0.25 standard deviations, and for one group answering less often than the other."
    ),
    "impact:answers": t("By how much did the outcome change because of {treatment}?"),
    "impact:look_for": t(
        "Look at the periods before the start first: estimates there should scatter around zero. Then read the interval, not "
        "the point alone, and see which cohorts and periods carry the weight."
    ),
    "panel_models:answers": t("What do the textbook panel models say of the same data?"),
    "panel_models:look_for": t(
        "Each model assumes that the effect is the same for all. Where fixed and random effects differ, what units always had "
        "more of goes with treatment. Where both differ from the main estimate, the effect is not the same for all."
    ),
    "certainty:answers": t("How sure is the answer, and what would change it?"),
    "certainty:look_for": t(
        "Look for what the study could have seen, for the share of other specifications that agree, and for one unit or event "
        "that carries the result. A check that could not be made is not a check that passed."
    ),
    "worth:answers": t("Do the results justify the resources?"),
    "worth:look_for": t(
        "Look first at what is assumed and what has a source, then at what the answer hinges on. A believed effect may "
        "not pay, and an assumption may decide where the data do not. Change one by its name in "
        "the cell below, such as persistence, and run it again; worth.appraisal.assumptions.central lists the names."
    ),
    "report:answers": t("What does the whole evaluation say?"),
    "report:look_for": t(
        "Everything below is assembled from the results of the other notebooks, in the order of the report. Change a choice in "
        "the plan or in the parameters and run all of them again; no number here is typed."
    ),
}
