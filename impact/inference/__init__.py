"""Inference that works on a finished estimate or refits an estimator."""
