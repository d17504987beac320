"""What README and the documents tell to type or to open is there."""

import re

from django.core.management import get_commands
from django.urls import Resolver404, resolve

from tests.house.source import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
ADDRESS = re.compile(r"`(?:[A-Z]+ )?(/[^\s`?#]*)[^`]*`")


def leads_somewhere(address: str) -> bool:
    try:
        return bool(resolve(re.sub(r"ID|<\w+>|…", "1", address)))
    except Resolver404:
        return False


def test_every_command_and_address_that_is_named_is_there():
    told = "\n".join(document.read_text() for document in DOCUMENTS)
    commands, addresses = set(COMMAND.findall(told)), {one for one in ADDRESS.findall(told) if one.endswith("/")}

    assert len(commands) > 12 and len(addresses) > 40
    assert commands - set(get_commands()) == set()
    assert sorted(one for one in addresses if not leads_somewhere(one)) == []
