"""Starts the embedded servers of var/test before the settings are read; loaded by `-p tests.servers`."""

from pathlib import Path

from portal.runtime import in_memory
from portal.runtime.instance import Instance

FOLDER = Path(__file__).resolve().parents[1] / "var" / "test"
in_memory.lay(FOLDER)
INSTANCE = Instance(FOLDER, durable=False)
ADDRESSES = INSTANCE.start()
