"""The words of the house: one list that help, the glossary and these checks read. No page and no sentence says another one."""

import ast
import re
from pathlib import Path

from portal.people import roles
from portal.web import first_hour, glossary

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = [path for room in ("portal", "assets", "risks", "governance") for path in sorted((ROOT / room).rglob("*.py"))]
SAID = re.compile(r"{%\s*translate\s+\"([^\"]*)\"|{%\s*blocktrans(?:late)?\b[^%]*%}(.*?){%\s*endblocktrans", re.DOTALL)
MEANS = re.compile(r"{% means \"([^\"]*)\" %}")
TRANSLATORS = {"_", "_t", "gettext", "gettext_lazy", "ngettext", "in_context", "pgettext", "pgettext_lazy"}
# Where a word is named in order not to be said, or is a published standard's own.
ALLOWED = {"portal/web/glossary.py"}


def sentences():
    """(file, sentence) of all that people read."""
    for path in TEMPLATES:
        for one, several in SAID.findall(path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), one or several
    never = glossary.never_said()
    for path in MODULES:
        name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        if "migrations" in path.parts or name in ALLOWED or not any(word in text.lower() for word in never):
            continue  # to read a module as such takes long
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATORS:
                yield from ((name, one.value) for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


def test_no_sentence_says_a_word_for_which_the_house_has_another():
    never = {word: re.compile(rf"\b{re.escape(word)}s?\b", re.IGNORECASE) for word in glossary.never_said()}
    read = list(sentences())

    assert len(read) > 1_500 and len(never) > 10
    wrong = [(where, said, word) for where, said in read for word, pattern in never.items() if pattern.search(said)]
    assert wrong == []


def test_every_word_is_explained_once_and_help_names_no_other():
    keys = [term.key for term in glossary.TERMS]
    asked = {key for path in TEMPLATES for key in MEANS.findall(path.read_text(encoding="utf-8"))}

    assert len(keys) == len(set(keys)) == len(glossary.BY_KEY)
    assert asked <= set(keys) and len(asked) >= 8


def test_every_role_has_a_first_hour_but_programs():
    assert set(roles.PERMISSIONS) - set(first_hour.STEPS) == {"INTEGRATION"}
