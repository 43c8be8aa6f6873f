"""What a rehearsal believes: the name of each number, where it comes from, and what a default rests on."""

from impact.reporting.words.catalogue import t

BELIEFS = {
    "belief:firms": t("Firms in all"),
    "belief:treated": t("Share of the firms that are treated"),
    "belief:before": t("Rounds before the first start"),
    "belief:after": t("Rounds from the first start on"),
    "belief:mean": t("Mean outcome in a round"),
    "belief:variation": t("Standard deviation over the mean"),
    "belief:permanent": t("Share of the variance that lies between firms for good"),
    "belief:autocorrelation": t("Correlation of the rest from one round to the next"),
    "belief:zeros": t("Share of outcomes that are zero"),
    "belief:attrition": t("Share of the firms lost by the last round"),
    "belief:take_up": t("Share of those drawn who take part"),
    "belief:cluster_size": t("Firms of a cluster"),
    "belief:icc": t("Correlation of firms of one cluster"),
    "belief:on_level": t("Choice of larger firms (logarithm of the odds, by standard deviation)"),
    "belief:on_growth": t("Choice after a good round, below zero after a bad one (likewise)"),
    "belief:effect": t("Effect taken to be true, in percent of the outcome"),
}

ORIGINS = {
    "from:option": t("given to the command"),
    "from:baseline": t("measured in the data that are there, where nobody was treated yet"),
    "from:plan": t("the evaluation plan"),
    "from:economics": t("the economics file, as believed before data"),
    "from:intake": t("the periods that the intake plan names"),
    "from:programme": t("the dates of the programme's events"),
    "from:default": t("default"),
}

DEFAULTS = {
    "default:firms": t("assumption: the size of a common survey of small firms"),
    "default:treated": t("equal groups tell most (Duflo, Glennerster and Kremer 2007)"),
    "default:before": t("assumption: as many as the checks of trends before the start need"),
    "default:after": t("assumption: a year of quarters"),
    "default:mean": t("assumption: 100, so that money reads as percent"),
    "default:variation": t("assumption: sales of small firms spread about as far as their mean"),
    "default:permanent": t(
        "assumption, with the next line: profits of small firms correlate by less than one half over time (McKenzie 2012)"
    ),
    "default:autocorrelation": t("assumption, with the line above (McKenzie 2012)"),
    "default:zeros": t("assumption: one firm in twenty sells nothing in a round"),
    "default:attrition": t("assumption: one firm in ten is lost"),
    "default:take_up": t("assumption: all who are drawn take part"),
    "default:cluster_size": t("assumption: ten firms of a street or village"),
    "default:icc": t("assumption: firms of one cluster are little alike"),
    "default:on_level": t(
        "assumption: those treated are like the others; a table has other choices"
    ),
    "default:on_growth": t("assumption, as the line above"),
    "default:effect": t(
        "the upper end of what business training does to sales: 5 to 10% (McKenzie 2021)"
    ),
}

CHOICES = {
    "chosen:alike": t("like the others"),
    "chosen:larger": t("larger firms"),
    "chosen:after_a_spurt": t("firms whose last round was good"),
    "chosen:after_a_dip": t("firms whose last round was bad"),
}
