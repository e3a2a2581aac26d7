"""The reference page, and the design that it shares with the contract report and the web example."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

LOOK = Path(__file__).with_name("look.css")
"""Type and colours, light and dark."""


def render(template: Path, **values: Any) -> str:
    """Fill in an HTML template, escaping every value except ``Markup``; ``look`` is the shared CSS."""
    return _compiled(template).render(look=unescaped(LOOK.read_text("utf-8")), **values)


@cache
def _compiled(template: Path) -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(template.read_text("utf-8"))


def unescaped(text: str) -> Markup:
    """Mark text of our own as safe, so that it is not escaped."""
    return Markup(text)  # noqa: S704
