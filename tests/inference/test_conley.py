"""Covariances by distance and by two sets of clusters, against every pair one by one."""

import numpy as np
import pytest
from panels import panel

import impact
from impact.covariance.neighbours import EARTH_KM, conley, two_way_clusters
from impact.errors import NotAvailableError


def places(n=60, seed=4):
    generator = np.random.default_rng(seed)
    return (
        generator.normal(size=(n, 2)),
        34.03 + generator.normal(0, 0.05, n),
        -4.98 + generator.normal(0, 0.05, n),
    )


def great_circle(lat1, lon1, lat2, lon2):
    """Haversine formula."""
    a, b, c, d = np.radians([lat1, lon1, lat2, lon2])
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(h))


@pytest.mark.parametrize("kernel", ["uniform", "bartlett"])
@pytest.mark.parametrize("cutoff", [0.5, 3.0, 50.0])
def test_every_pair_within_the_cutoff_counts_by_its_distance(kernel, cutoff):
    scores, lat, lon = places()
    expected = np.zeros((2, 2))
    for i in range(len(lat)):
        for j in range(len(lat)):
            d = great_circle(lat[i], lon[i], lat[j], lon[j])
            weight = (1.0 if kernel == "uniform" else 1 - d / cutoff) if d <= cutoff else 0.0
            expected += weight * np.outer(scores[i], scores[j])
    found = conley(scores, lat, lon, cutoff_km=cutoff, kernel=kernel)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_without_neighbours_it_is_the_clustered_covariance_of_the_estimate():
    made = panel()
    overall = impact.CallawaySantAnna().fit(made).aggregate(by="overall")
    scores = overall.influence(made)
    lat = np.linspace(-60, 60, made.n_units)
    found = conley(scores, lat, np.zeros(made.n_units), cutoff_km=1.0)
    assert found[0, 0] == pytest.approx(overall.table.std_error[0] ** 2, rel=1e-10)


def test_missing_coordinates_are_refused():
    scores, lat, lon = places()
    lat[3] = np.nan
    with pytest.raises(NotAvailableError, match="no coordinates"):
        conley(scores, lat, lon, cutoff_km=1.0)


def test_two_way_clusters_add_and_subtract_as_published():
    generator = np.random.default_rng(1)
    scores = generator.normal(size=(40, 1))
    a, b = generator.integers(0, 5, 40), generator.integers(0, 8, 40)
    total = 0.0
    for i in range(40):
        for j in range(40):
            together = int(a[i] == a[j]) + int(b[i] == b[j]) - int(a[i] == a[j] and b[i] == b[j])
            total += together * scores[i, 0] * scores[j, 0]
    found = two_way_clusters(scores, a, b)[0, 0]
    assert found == pytest.approx(5 / 4 * total, rel=1e-10)
