"""Every result is text, a frame, HTML and JSON, from one description of itself."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from impact import check_result
from impact.check_result import SMALL_P, CheckResult, OneRow, Shown, status_of


@dataclass(frozen=True, repr=False)
class Found(Shown):
    table: pd.DataFrame
    share: float
    draws: np.int64
    weights: tuple[float, ...]

    def blocks(self):
        return ("Found <in> one", self.table)


@dataclass(frozen=True, repr=False)
class Ends(OneRow):
    estimate: float
    conf_low: float
    conf_high: float


def found():
    table = pd.DataFrame({"term": ["<b>"], "estimate": [np.nan]})
    return Found(table=table, share=np.inf, draws=np.int64(3), weights=(1.0, np.nan))


def test_text_and_html_show_the_same_blocks_and_html_escapes_them():
    text, html = found().summary(), found()._repr_html_()
    assert repr(found()) == text
    assert "Found <in> one" in text
    assert "<b>" in text
    assert "Found &lt;in&gt; one" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_a_summary_of_several_lines_keeps_them_in_html():
    @dataclass(frozen=True, repr=False)
    class Lines(Shown):
        def summary(self):
            return "a & b\nc"

    assert Lines()._repr_html_() == "<pre>a &amp; b\nc</pre>"


def test_glance_holds_single_values_and_tidy_is_a_copy_of_the_table():
    row = found().glance()
    assert list(row.columns) == ["share", "draws"]
    result = found()
    copy = result.tidy()
    copy.loc[0, "term"] = "changed"
    assert result.table.loc[0, "term"] == "<b>"


def test_json_holds_frames_and_containers_and_writes_null_for_what_is_not_finite():
    assert json.loads(found().to_json()) == {
        "table": [{"term": "<b>", "estimate": None}],
        "share": None,
        "draws": 3,
        "weights": [1.0, None],
    }


def test_a_result_of_one_row_is_its_own_table_and_draws_its_interval():
    result = Ends(estimate=2.0, conf_low=1.0, conf_high=np.inf)
    pd.testing.assert_frame_equal(result.table, result.tidy())
    assert list(result.table.columns) == ["estimate", "conf_low", "conf_high"]
    assert "conf_low" in result.summary()
    segment = result.plot().collections[0].get_segments()[0]
    assert segment[:, 0] == pytest.approx([1.0, 2.0])  # the open end is not drawn


def test_a_check_prints_status_reason_figures_and_table():
    check = CheckResult(
        "wald", "warn", "joint_test:2", 4.0, 0.0123456, pd.DataFrame({"lead": [-2]}), text="words"
    )
    assert repr(check).startswith("wald: warn (joint_test:2)\n\nstatistic 4; p 0.01235\n\nwords")
    assert "lead" in check._repr_html_()
    assert json.loads(check.to_json())["table"] == [{"lead": -2}]
    assert CheckResult.from_dict(json.loads(check.to_json())).table["lead"].tolist() == [-2]
    bare = CheckResult("a", "pass", "b")
    pd.testing.assert_frame_equal(bare.tidy(), bare.glance())
    assert "table" not in bare.glance()


@pytest.mark.parametrize(
    ("p_value", "status"),
    [(0.0, "warn"), (SMALL_P, "warn"), (np.nextafter(SMALL_P, 1), "pass"), (1.0, "pass")],
)
def test_a_check_finds_something_at_the_p_value_at_which_an_interval_leaves_out_zero(
    p_value, status
):
    assert status_of(p_value) == status


def test_a_p_value_that_is_not_known_is_no_pass():
    assert status_of(np.nan) == "warn"


def test_no_room_has_a_rule_of_its_own_for_what_passes():
    rooms = Path(check_result.__file__).parent
    own = [
        path.name
        for path in rooms.rglob("*.py")
        if re.search(r"pass_or_warn\([^)]*SMALL_P", path.read_text(encoding="utf-8"))
    ]
    assert own == ["check_result.py"]
