"""The report beside a public-use file: what could be found, what was changed, what the file still says, what remains."""
