"""The most precise weights of the comparisons that the assumptions allow."""
