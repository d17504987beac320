"""Starts the embedded servers of var/test before the settings are read; loaded by `-p tests.servers`."""

from pathlib import Path

from portal.runtime.instance import Instance

INSTANCE = Instance(Path(__file__).resolve().parents[1] / "var" / "test", durable=False)
ADDRESSES = INSTANCE.start()
