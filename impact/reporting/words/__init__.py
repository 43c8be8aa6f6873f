"""One register from code to sentence, in both languages: ``said(t, kind, code)``; a new code is one line here."""
