"""From files as they arrive to one typed table: declared sources, then declared rules, each of which says what it did."""
