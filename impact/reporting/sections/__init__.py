"""The sections of the report, one a file; each turns a part of the evaluation into exhibits."""
