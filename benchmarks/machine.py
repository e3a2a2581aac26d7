"""What the figures were measured on."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent


def machine() -> str:
    """Processor, system, and the versions that matter."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    packages = ", ".join(
        f"{name} {version(name)}"
        for name in ("uvicorn", "httptools", "orjson", "jsonschema-rs", "schemathesis", "hypothesis")
    )
    steady = json.loads((HERE / "package.json").read_text("utf-8"))["devDependencies"]["@stdy/cli"]
    root = json.loads((HERE.parent / "package.json").read_text("utf-8"))["devDependencies"]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}; "
        f"Node {node}, Prism {root['@stoplight/prism-cli']}, Steady {steady}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
