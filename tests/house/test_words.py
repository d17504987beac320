"""The words of the house: one list that help, the glossary and these checks read. No page and no sentence says another one."""

import ast
import re
from pathlib import Path

from portal.archive.versions import TOLD_ELSEWHERE
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


def test_what_ticks_a_step_off_and_what_is_told_elsewhere_is_an_entry_that_some_room_writes():
    named = {verb for steps in first_hour.STEPS.values() for step in steps for verb in step.verbs} | set(TOLD_ELSEWHERE)
    told = "".join(path.read_text() for path in MODULES if path.name not in ("first_hour.py", "versions.py"))

    assert {verb for verb in named if f'"{verb}' not in told} == set()
