"""A small book of every piece, for tests of how it is rendered; its words and numbers are invented."""

import nbformat
import pandas as pd

from impact.reporting.exhibits import (
    Answer,
    Banner,
    Callout,
    Card,
    Chapter,
    Figure,
    FirstPage,
    KeyFigures,
    Ladder,
    Question,
    Table,
    Text,
)
from impact.reporting.render import Cover

WORDS = {
    "kind": "Impact evaluation",
    "contents": "Contents",
    "table": "Table",
    "figure": "Figure",
    "skip": "Skip to content",
    "provenance": "Provenance",
    "how_to_read": "How to read.",
    "program_overview": "Program overview",
    "key_findings": "Key findings",
    "evaluation_questions": "Evaluation questions",
    "detailed_findings": "Detailed findings",
    "mcc_learning": "MCC learning",
    "evaluation_methods": "Evaluation methods",
}
COVER = Cover(
    title="Did the fairs raise revenue?",
    subtitle="Artisans of Fes and Marrakech",
    disclaimer="The views in this report are those of its authors.",
    provenance=(("Run", "4df4f6a40f92"), ("SHA-256 of data/artisans.csv", "0123456789abcdef")),
    language="en",
    words=WORDS,
)


def drawn(width, height=3.1):
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(width, height), layout="constrained")
    axes = canvas.subplots()
    axes.plot(range(-4, 5), [46, 45, 47, 48, 58, 51, 60, 59, 55], color="#0b5a5a", linewidth=2)
    axes.plot(range(-1, 5), [48, 51, 49, 48, 47, 49], color="#76706a", linestyle="--", linewidth=2)
    return canvas


def figure(label="fig-main", **words):
    return Figure.from_matplotlib(
        words.pop("draw", drawn),
        label=label,
        caption="Exhibitors pulled ahead after their first fair",
        alt="Two lines that part after the first fair.",
        **words,
    )


def findings(label="tab-findings"):
    frame = pd.DataFrame(
        {
            "outcome": ["Revenue [^1]", "Export revenue", "Employment", "Profit"],
            "without": [48083.0, 21000.0, 4.1, float("nan")],
            "with": [57041.0, 26400.0, 4.3, float("nan")],
            "difference": [8958.0, 5400.0, 0.2, float("nan")],
            "interval": ["900 to 17,000", "-300 to 11,000", "-0.1 to 0.5", "not measured"],
            "firms": [48, 48, 48, 0],
            "kind": ["Primary", "Secondary", "Secondary", "Secondary"],
        }
    )
    write = "{:,.0f}".format
    return Table(
        label=label,
        caption="Summary of findings, MAD a quarter",
        frame=frame,
        headings={
            "outcome": "Outcome",
            "without": "Without the fairs",
            "with": "With the fairs",
            "difference": "Difference",
            "interval": "95% interval",
            "firms": "Exhibitors",
        },
        formats=dict.fromkeys(("without", "with", "difference", "firms"), write),
        notes=("Revenue is in prices of 2012.",),
        footnotes=("Certainty is low: few fairs, uneven groups.",),
        group="kind",
        brief=True,
    )


def first_page():
    return FirstPage(
        kicker="Impact evaluation · Artisans of Fes and Marrakech · 2010–2014",
        title="Firms that went to the fairs probably sold more; the evidence is limited",
        standfirst="Exhibitors’ revenue was about 57,000 MAD a quarter after their first fair. Without the fairs it would have "
        "been about 48,000. The gain is 9,000 MAD, and could be as small as 900 or as large as 17,000.",
        figure=figure(
            source=(("Data", "tables/fig-main.csv"), ("Cell", "notebooks/03_impact.ipynb"))
        ),
        rows=(
            Answer(
                "Was the programme carried out as planned?",
                "Partly. Four of five fairs took place later than planned; 48 of 50 invited firms exhibited. Of the firms "
                "compared with, 85% also met the programme’s other activities.",
                None,
                "",
                "[Section 3](#programme)",
            ),
            Answer(
                "Did artisans’ revenue rise because of it?",
                "Probably. Best estimate +18.6% (2% to 42%). The gain shows in exports, in later cohorts and in large firms; "
                "tests that treat each fair as one draw cannot exclude zero.",
                2,
                "2 of 5: not drawn by lot, few fairs, uneven groups",
                "[Section 7](#certainty)",
            ),
            Answer(
                "Do the results justify the resources?",
                "Not on fair sales alone: exhibitors’ gain is about a fifth of what 5.6 million USD would need at a 10% "
                "return, even if it lasted 19 years.",
                1,
                "1 of 5: persistence unknown",
            ),
        ),
        facts=(
            ("Where", "Fes and Marrakech, five crafts"),
            ("When", "fairs Jan–June 2013; revenue 2010–2014"),
            ("Who", "48 exhibitors, 302 other artisans and SMEs"),
            ("Cost", "5.6 million USD, promotion activity"),
            ("Design", "difference-in-differences, staggered"),
        ),
        how_to_read="The dashed line is what exhibitors would have sold had their revenue moved like that of 302 firms not (yet) "
        "at a fair. The shaded gap is the effect.",
    )


def exhibits():
    def small(width):
        return drawn(min(width, 3.4), 2.0)

    rungs = (
        ("Groups differ by 0.31 sd after weighting.", 2),
        ("85% of the comparison firms met another activity.", 1),
    )
    return [
        Banner(
            "Demonstration on invented firms. The true effect is known: **+7,887 MAD** a quarter (+14.8%).",
            "Simulated data: no figure describes real artisans",
        ),
        first_page(),
        Chapter(2, "Summary of findings", "findings"),
        Text("Nine *numbers* in one table; see [How sure](#certainty).", brief=True),
        findings(),
        Chapter(3, "The programme", "programme"),
        Text(
            "Five fairs were held. Their money came from a compact.\n\n- Fes\n- Marrakech",
            brief=True,
        ),
        KeyFigures(
            (Card("Effect", "8,958 MAD", "900 to 17,000"), Card("Firms", "350", "48 exhibited"))
        ),
        Chapter(5, "Effects", "effects"),
        Text("The model is $y_{it} = \\alpha_i + \\beta D_{it}$.\n\n$$x^2$$"),
        figure("fig-effects", how_to_read="Each line is a group.", brief=True),
        Callout("caution", "**Mind** the scale."),
        Chapter(7, "How sure", "certainty"),
        Ladder(
            3, rungs, 1, "Difference-in-differences, participants chosen.", "1 of 5", brief=True
        ),
        Question(
            "Were the groups alike before?", "Not quite: 0.31 sd.", figure("fig-alike", draw=small)
        ),
        Question(
            "Could another trend explain it?", "No sign of it.", figure("fig-trend", draw=small)
        ),
        Chapter(10, "Lessons", "lessons"),
        Text("Ask before the fair, not after.", brief=True),
    ]


def executed(path, items):
    """Write a notebook whose one cell displayed the items."""
    cell = nbformat.v4.new_code_cell("secret_code = 1", id="a")
    for item in items:
        data, metadata = item._repr_mimebundle_()
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data, metadata=metadata))
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path
