"""Many runs of one plan: which ones, who executes them, what is done already, and what all of them say together."""
