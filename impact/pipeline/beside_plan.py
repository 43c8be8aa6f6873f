"""What a run tells of what stands beside its plan: the lock, the log of blind runs, the reasons of departures."""

from typing import Any

from impact.evaluation.study import Study
from impact.pipeline.blinding import blind_facts
from impact.pipeline.locking import lock_facts


def facts_beside(study: Study) -> dict[str, Any]:
    """Return it as plain values; a run of the same plan, data and code is another one where these differ."""
    return {
        "lock": lock_facts(study),
        "blind": blind_facts(study),
        "reasons": study.reasons.to_dict(),
    }
