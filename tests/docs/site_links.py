"""What pages in Markdown, and pages of the built site, link to and load."""

import re
import unicodedata
from html.parser import HTMLParser

FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
LOADED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
}
LOADED_RELATIONS = {
    "stylesheet",
    "icon",
    "preload",
    "prefetch",
    "manifest",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
}


def is_outside(target):
    return re.match(r"(?:[a-z]+:)?//", target) is not None


def anchor(heading):
    """The anchor that a code host makes of a heading."""
    words = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    kept = [each for each in words if each in " -_" or unicodedata.category(each)[0] in "LN"]
    return "".join(kept).replace(" ", "-")


def links_of(text):
    """Targets of the links of a page in Markdown, code aside."""
    return LINK.findall(FENCED.sub("", text))


def anchors_of(text):
    return {anchor(heading) for heading in HEADING.findall(FENCED.sub("", text))}


class Page(HTMLParser):
    """Ids, links, and whatever a browser fetches by itself for a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.ids |= {held[name] for name in ("id", "name") if held.get(name)}
        if tag == "a" and held.get("href"):
            self.links.append(held["href"])
        elif tag == "link" and LOADED_RELATIONS & set((held.get("rel") or "").split()):
            self.loaded.append(held.get("href") or "")
        elif held.get(LOADED.get(tag, "")):
            self.loaded.append(held[LOADED[tag]])
        if "url(" in (held.get("style") or ""):
            self.loaded += re.findall(r"url\(['\"]?([^'\")]+)", held["style"])
