"""What each operation does, one module per operation, which states its method and path in ``OPERATION``."""

from __future__ import annotations

import importlib
import pkgutil

from puffle.contract import operation_key

from ..handler import Handler


def discover() -> dict[str, type[Handler]]:
    """The handlers by the key of their operation. Modules without ``OPERATION`` are what several of them share."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return {operation_key(module.OPERATION): module.Handler for module in modules if hasattr(module, "OPERATION")}
