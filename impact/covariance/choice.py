"""Which covariance: clustered (CRV0-CRV3), heteroskedasticity-robust (HC0-HC3), homoskedastic: objects with short names."""

from dataclasses import dataclass
from typing import Literal

from impact.covariance.panel_choice import PanelCovariance
from impact.covariance.survey_design import SurveyDesign
from impact.errors import UsageError
from impact.terms import CheckedChoices, CovarianceName, one_of

ClusterKind = Literal["CRV0", "CRV1", "CRV2", "CRV3"]
RobustKind = Literal["HC0", "HC1", "HC2", "HC3"]
DegreesOfFreedom = Literal["clusters", "satterthwaite"]
UNIT_AND_TIME = ("unit", "time")


@dataclass(frozen=True)
class Clustered(CheckedChoices):
    """Errors may be correlated within clusters, not between them.

    Parameters
    ----------
    kind : {"CRV0", "CRV1", "CRV2", "CRV3"}
        Without a small-sample factor; with G/(G-1) (n-1)/(n-K); bias-reduced (Bell and McCaffrey); leaving one cluster out.
    by : str or pair of str, optional
        A column of the panel, or two for two-way clusters: a covariate, or the column (or the word) of the unit, the time or
        the cluster. The panel's clusters by default.
    df : {"clusters", "satterthwaite"}, optional
        Degrees of freedom of the t distribution: G-1, or those that match the variance of each variance. By default
        Satterthwaite for CRV2, else G-1.

    Raises
    ------
    UnknownNameError
        When a word is none of the known ones.
    UsageError
        When two-way clusters are asked in a form that is not defined for them.

    References
    ----------
    Cameron and Miller (2015), Journal of Human Resources 50(2), secs. II and VI; Cameron, Gelbach and Miller (2011), Journal of
    Business & Economic Statistics 29(2).
    """

    kind: ClusterKind = "CRV1"
    by: str | tuple[str, str] | None = None
    df: DegreesOfFreedom | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.two_way:
            return
        if self.kind not in {"CRV0", "CRV1"} or self.df == "satterthwaite":
            raise UsageError(
                "two-way clusters are defined for CRV0 and CRV1 with G-1 degrees of freedom; choose one of them, or one column"
            )
        if len(self.by or ()) != 2 or len(set(self.by or ())) != 2:
            raise UsageError("by: two-way clusters need two different columns")

    @property
    def two_way(self) -> bool:
        """Whether there are two sets of clusters."""
        return self.by is not None and not isinstance(self.by, str)

    @property
    def name(self) -> str:
        """Short name, as `spec` keeps it: ``CRV1``, ``CRV3 by village``, ``two_way``."""
        if self.by is None:
            return self.kind
        if self.by == UNIT_AND_TIME and self.kind == "CRV1":
            return "two_way"
        return f"{self.kind} by {self.by if isinstance(self.by, str) else ' and '.join(self.by)}"

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        df = "t(Satterthwaite)" if self.satterthwaite else "t(G-1)"
        if self.by == UNIT_AND_TIME and self.kind == "CRV1":
            return f"clustered by unit and period, the smaller G, {df}"
        by = "" if self.by is None else self.name.removeprefix(self.kind)
        how = " (leave one cluster out)" if self.kind == "CRV3" else ""
        smaller = ", the smaller G" if self.two_way else ""
        return f"{self.kind} clustered{by}{how}{smaller}, {df}"

    @property
    def satterthwaite(self) -> bool:
        """Whether degrees of freedom are matched to each variance."""
        return self.df == "satterthwaite" or (self.df is None and self.kind == "CRV2")


@dataclass(frozen=True)
class Robust(CheckedChoices):
    """Errors are independent, of any variance.

    Parameters
    ----------
    kind : {"HC0", "HC1", "HC2", "HC3"}
        Plain; with n/(n-k); residuals over the root of 1 - leverage; residuals over 1 - leverage.

    References
    ----------
    MacKinnon and White (1985), Journal of Econometrics 29(3), sec. 2.
    """

    kind: RobustKind = "HC1"

    @property
    def name(self) -> str:
        """Short name."""
        return self.kind

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        return f"{self.kind}, t(n-k)"


@dataclass(frozen=True)
class Homoskedastic:
    """Errors are independent and alike."""

    @property
    def name(self) -> str:
        """Short name."""
        return "iid"

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        return "homoskedastic, t(n-k)"


Covariance = Clustered | Robust | Homoskedastic | SurveyDesign
AnyCovariance = Covariance | PanelCovariance
BY_NAME: dict[CovarianceName, Covariance] = {
    "clustered": Clustered(),
    "CRV0": Clustered("CRV0"),
    "CRV1": Clustered("CRV1"),
    "CRV2": Clustered("CRV2"),
    "CRV3": Clustered("CRV3"),
    "two_way": Clustered(by=UNIT_AND_TIME),
    "robust": Robust(),
    "HC0": Robust("HC0"),
    "HC1": Robust("HC1"),
    "HC2": Robust("HC2"),
    "HC3": Robust("HC3"),
    "iid": Homoskedastic(),
}


def any_covariance_of(choice: AnyCovariance | CovarianceName) -> AnyCovariance:
    """Return the covariance of a panel model that an object or a short name stands for.

    Raises
    ------
    UnknownNameError
        With the nearest known word.
    """
    if isinstance(choice, AnyCovariance):
        return choice
    one_of(choice, CovarianceName, name="vcov")
    return BY_NAME[choice]


def covariance_of(choice: Covariance | CovarianceName) -> Covariance:
    """Return the covariance that an object or a short name stands for.

    Raises
    ------
    UnknownNameError
        With the nearest known word.
    UsageError
        For a covariance that needs a panel model's units and periods.
    """
    found = any_covariance_of(choice)
    if isinstance(found, PanelCovariance):
        raise UsageError(
            f"vcov: {found.name}: for the panel models, such as FixedEffects; choose Clustered or Robust"
        )
    return found
