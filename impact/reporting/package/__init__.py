"""The replication package of a run: code, plan, lock, results and what referees ask; the same bytes for the same run."""
