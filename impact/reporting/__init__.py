"""Exhibits (tables, figures, paragraphs) in two languages, and the pages made of them."""
