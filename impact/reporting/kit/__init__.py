"""The referee's kit: a synthetic panel, scripts that check released numbers with other software, and what they should find."""
