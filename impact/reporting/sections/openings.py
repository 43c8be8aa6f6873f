"""How a notebook begins: the question it answers, and what to look for in its exhibits."""

from typing import Literal

from impact.reporting.exhibits import Exhibits, Text
from impact.reporting.sections.invented import banner
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

Opened = Literal["data_quality", "sample", "impact", "panel_models", "certainty", "worth", "report"]


def opening(voice: Voice, notebook: Opened) -> Exhibits:
    """Show what a notebook answers and what its reader should look for, in the plan's language; first, where a run is blind, that."""
    t = voice.t
    return Exhibits(
        (
            *(banner(voice) if voice.study.blind or voice.study.rehearsal is not None else []),
            Text(f"**{voice.about(said(t, 'opening', f'{notebook}:answers'))}**"),
            Text(voice.about(said(t, "opening", f"{notebook}:look_for"))),
        )
    )
