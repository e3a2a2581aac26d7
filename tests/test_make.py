"""The Makefile reads its variables from the command line of make only."""

from __future__ import annotations

from tests.running import make


def test_exported_variables_have_no_effect() -> None:
    printed = make("--dry-run", "sandbox", PORT="1", DATA="x.db", ARGS="--no-cors").stdout
    assert printed.splitlines()[-1].split() == ["exec", "python", "-m", "mock.sandbox", "--port", "4011"]


def test_typed_variables_have_an_effect() -> None:
    printed = make("--dry-run", "sandbox", "PORT=1", "DATA=it's.db").stdout
    assert printed.splitlines()[-1].split()[-4:] == ["--port", "1", "--data", '"$DATA"']


def test_switch_that_is_neither_on_nor_off() -> None:
    done = make("contract", "STRICT=maybe")
    assert done.returncode == 2
    assert "STRICT=maybe: use 1 or 0" in done.stderr
