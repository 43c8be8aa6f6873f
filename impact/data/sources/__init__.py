"""Files as they arrive: one reader a format, all giving a `SourceTable`; one table of allowed conversions."""
