"""What is looked at: the reference page, and the look that it shares with the contract report and the web example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

LOOK = Path(__file__).with_name("look.css")
"""Colours, light and dark, and type."""


def render(template: Path, **values: Any) -> str:
    """Fill in a template of HTML, in which ``look`` stands for the look's CSS; text is escaped."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(template.read_text("utf-8")).render(look=as_it_is(LOOK.read_text("utf-8")), **values)


def as_it_is(text: str) -> Markup:
    """Text of the project's own that is not to be escaped."""
    return Markup(text)  # noqa: S704
