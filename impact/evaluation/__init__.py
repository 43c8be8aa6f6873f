"""One study, answered part by part: quality, sample, impact, panel models, robustness."""
