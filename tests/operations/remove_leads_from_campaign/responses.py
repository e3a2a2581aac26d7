"""Mutants whose responses do not match the schemas."""

from __future__ import annotations

from tests.operations.registry import breaks
from tests.rewriting import Response


@breaks("responses")
def returns_the_count_as_text(response: Response) -> None:
    if response.status == 200:
        response.json["deleted"] = str(response.json["deleted"])


@breaks("responses")
def returns_true_for_the_count(response: Response) -> None:
    if response.status == 200:
        response.json["deleted"] = True


@breaks("responses")
def names_the_count_removed(response: Response) -> None:
    if response.status == 200:
        response.json = {"removed": response.json["deleted"]}


@breaks("responses")
def returns_204_without_a_body(response: Response) -> None:
    if response.status == 200:
        response.status, response.raw = 204, b""
