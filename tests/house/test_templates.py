"""The look's own rules: nothing inline, every word translatable, every colour a token, every link of the sprite drawn."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static" / "css").rglob("*.css"))
SPRITE = ROOT / "static" / "img" / "marks.svg"

TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
SPOKEN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-label"}
WORD = re.compile(r"[^\W\d_]{2,}")
# Names, keys and units that stay as they are in every language.
UNTRANSLATED = {"Concord", "Ctrl", "Enter", "Esc"}

COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch|hwb|color)\(")
COLOUR_PROPERTY = re.compile(
    r"(?:^|[\s;{])(?:color|background(?:-color)?|fill|stroke|border(?:-[a-z-]+)?|outline(?:-color)?)\s*:\s*([^;}]+)"
)
NAMED_COLOUR = re.compile(r"\b(?:white|black|red|green|blue|gray|grey|silver|navy|teal|orange|yellow|purple)\b")


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


class Reader(HTMLParser):
    """What a template says to people, and what it smuggles in."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.spoken, self.inline, self.within = [], [], []

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in known and known.get("type") != "application/json"):
            self.inline.append(f"<{tag}>")
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith(("on", "hx-on"))]
        self.inline += [
            value
            for name, value in attrs
            if name in {"href", "src", "action"} and (value or "").startswith(("javascript:", "data:"))
        ]
        self.spoken += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]
        if tag in {"script", "style", "code", "kbd"}:
            self.within.append(tag)

    def handle_endtag(self, tag):
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, text):
        if not self.within:
            self.spoken.append(text)


def read(path):
    source = COMMENT.sub("", path.read_text())
    reader = Reader()
    reader.feed(TAG.sub("", TRANSLATED.sub("", source)))
    return reader


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_nothing_is_inline(path):
    assert read(path).inline == []


@pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
def test_every_word_is_translatable(path):
    words = [word for text in read(path).spoken for word in WORD.findall(text) if word not in UNTRANSLATED]

    assert words == []


@pytest.mark.parametrize("path", [p for p in STYLES if p.name not in {"tokens.css", "print.css"}], ids=lambda p: p.name)
def test_colours_are_tokens(path):
    rules = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)

    assert COLOUR.findall(rules) == []
    assert [value for value in COLOUR_PROPERTY.findall(rules) if NAMED_COLOUR.search(value)] == []


def test_every_used_token_is_defined():
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", (ROOT / "static/css/tokens.css").read_text()))
    used = {token for path in STYLES for token in re.findall(r"var\((--[a-z0-9-]+)", path.read_text())}

    assert used - defined == set()


def test_the_table_of_contents_lists_every_component():
    contents = set(re.findall(r'url\("([^"]+)"\)', (ROOT / "static/css/concord.css").read_text()))

    assert contents == {str(path.relative_to(ROOT / "static/css")) for path in STYLES} - {"concord.css"}


def test_every_named_icon_is_drawn():
    drawn = set(re.findall(r'id="i-([a-z-]+)"', SPRITE.read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'{%\s*icon\s+"([a-z-]+)"', path.read_text())}

    assert named - drawn == set()
