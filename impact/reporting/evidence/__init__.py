"""A run's effects as a flat record for meta-analysis and registries: every figure read off results, none typed."""
