"""How French sets its signs, in the package's sentences and in those that plans and schemas bring."""

import re


def typeset(french: str) -> str:
    """Put no-break spaces where French has them: narrow before ; ! ?, plain before : and %, inside guillemets."""
    text = re.sub(r" (?=[;!?])", "\u202f", french)
    text = re.sub(r"[ \u202f](?=[:%»])", "\u00a0", text)
    return text.replace("« ", "«\u00a0")
