"""Propose intake, schema and plan from files as they arrive: what is seen is written down, what is guessed is marked."""
