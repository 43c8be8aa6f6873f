"""Programmes to appraise in tests: that of the design note's worked figures, and others drawn around it."""

from typing import Any

from hypothesis import strategies as st

from impact.economics.appraisal import Appraisal
from impact.economics.assumption import ONE, Assumption, Assumptions, Beneficiaries
from impact.economics.costs import Cost, CostStream
from impact.economics.prices import Prices
from impact.economics.yearly_effect import YearlyEffect

RATE_OF_2012 = 8.628441  # MAD per USD, Penn World Table 10.01
PRICES = Prices("MAD", 2012, {2012: 100.0, 2013: 101.881, 2014: 102.331}, {"USD": RATE_OF_2012})


def assumptions(*, number: float = 50.0, **changes: Assumption) -> Assumptions:
    """Return assumptions without a range: nothing displaced, nothing lost over time, unless a test says otherwise."""
    shown = {
        "value_added_ratio": Assumption.certain(0.6),
        "displacement": Assumption.certain(0.0),
        "persistence": Assumption.certain(1.0),
        "stops_after": Assumption.certain(100.0),
        "growth": Assumption.certain(0.02),
    } | changes
    fairs = Beneficiaries("fairs", Assumption.certain(number), ONE)
    return Assumptions(classes=(fairs,), **shown)


def programme(
    *,
    effect: float = 200_000.0,
    std_error: float = 60_000.0,
    seen: int = 1,
    costs: tuple[Cost, ...] = (Cost(2012, "MCC", 5.6e6, "USD"),),
    prices: Prices = PRICES,
    believed: Assumptions | None = None,
    **choices: Any,
) -> Appraisal:
    """Return a programme: 5.6 million USD in 2012, fifty firms, benefits of 2013 to 2031."""
    return Appraisal(
        effect=YearlyEffect.steady(effect, std_error, years=seen),
        costs=CostStream.of(costs, prices),
        assumptions=believed or assumptions(),
        **{"without": 81_138.0, "first_benefits": 2013, **choices},
    )


@st.composite
def programmes(draw: st.DrawFn) -> Appraisal:
    """Draw a programme with gains, costs over three years, and every assumption somewhere in its limits."""
    share = st.floats(0.05, 0.95)
    costs = tuple(
        Cost(year, "MCC", draw(st.floats(1e3, 1e7)), draw(st.sampled_from(["USD", "MAD"])))
        for year in (2012, 2013, 2014)
    )
    believed = assumptions(
        number=draw(st.floats(1, 1000)),
        value_added_ratio=Assumption.certain(draw(share)),
        displacement=Assumption.certain(draw(share)),
        persistence=Assumption.certain(draw(share)),
        stops_after=Assumption.certain(draw(st.floats(1, 30))),
        growth=Assumption.certain(draw(st.floats(-0.05, 0.1))),
    )
    return programme(
        effect=draw(st.floats(1e2, 1e6)),
        seen=draw(st.integers(1, 4)),
        costs=costs,
        believed=believed,
        first_benefits=draw(st.integers(2012, 2016)),
        horizon=draw(st.integers(8, 40)),
        hurdle=draw(st.floats(0.02, 0.3)),
        gain_grows=draw(st.booleans()),
    )
