"""Mutants whose responses do not match the schemas."""

from __future__ import annotations

from tests.operations.registry import breaks
from tests.rewriting import Response


@breaks("responses")
def returns_the_bare_list(response: Response) -> None:
    if response.status == 200:
        response.json = response.json["prospects"]


@breaks("responses")
def names_the_list_leads(response: Response) -> None:
    if response.status == 200:
        response.json["leads"] = response.json.pop("prospects")


@breaks("responses")
def returns_null_for_an_empty_page(response: Response) -> None:
    if response.status == 200:
        response.json["prospects"] = response.json["prospects"] or None


@breaks("responses")
def returns_204_for_an_empty_page(response: Response) -> None:
    if response.status == 200 and not response.json["prospects"]:
        response.status, response.raw = 204, b""


@breaks("error-body")
def returns_404_without_body_for_an_empty_page(response: Response) -> None:
    if response.status == 200 and not response.json["prospects"]:
        response.status, response.raw, response.media_type = 404, b"", ""


@breaks("responses")
def returns_leads_by_id(response: Response) -> None:
    if response.status == 200:
        response.json["prospects"] = {lead["id"]: lead for lead in response.json["prospects"]}


@breaks("responses")
def returns_ids_instead_of_leads(response: Response) -> None:
    if response.status == 200:
        response.json["prospects"] = [lead["id"] for lead in response.json["prospects"]]


@breaks("responses")
def returns_the_total_as_text(response: Response) -> None:
    if response.status == 200:
        response.json["total"] = str(response.json["total"])


@breaks("responses")
def omits_the_total(response: Response) -> None:
    if response.status == 200:
        del response.json["total"]


@breaks("responses")
def returns_the_page_as_text(response: Response) -> None:
    if response.status == 200:
        response.json["page"] = str(response.json["page"])


@breaks("responses")
def omits_the_limit(response: Response) -> None:
    if response.status == 200:
        del response.json["limit"]


@breaks("responses")
def omits_the_status_of_leads(response: Response) -> None:
    if response.status == 200:
        for lead in response.json["prospects"]:
            del lead["status"]


@breaks("responses")
def returns_custom_fields_as_a_list(response: Response) -> None:
    if response.status == 200:
        for lead in response.json["prospects"]:
            lead["custom_fields"] = [*(lead["custom_fields"] or {}).items()]


@breaks("responses")
def lists_times_as_numbers(response: Response) -> None:
    if response.status == 200:
        for lead in response.json["prospects"]:
            lead["created_at"] = 1699335116


@breaks("error-body")
def words_refusals_of_queries_as_problems(response: Response) -> None:
    if response.status == 400:
        response.json = {"title": response.json["error"], "status": 400}
