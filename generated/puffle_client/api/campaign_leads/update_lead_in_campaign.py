from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.lead_update import LeadUpdate
from ...models.lead_updated import LeadUpdated
from ...types import Response


def _get_kwargs(
    id: UUID,
    *,
    body: LeadUpdate,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/api/campaigns/{id}/leads".format(
            id=quote(str(id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | LeadUpdated | None:
    if response.status_code == 200:
        response_200 = LeadUpdated.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Error.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

    if response.status_code == 415:
        response_415 = Error.from_dict(response.json())

        return response_415

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Error | LeadUpdated]:
    parsed: Error | LeadUpdated | None = None
    try:
        parsed = _parse_response(client=client, response=response)
    except errors.UNREADABLE as error:
        if client.raise_on_unexpected_status:
            raise errors.UnexpectedResponse(
                response.status_code, response.content
            ) from error
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=parsed,
    )


def sync_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadUpdate,
) -> Response[Error | LeadUpdated]:
    """Update Lead in Campaign

     Edit a single lead's profile fields. Draft campaigns only. Non-listed fields are ignored. Status and
    sequencing columns are not editable through this endpoint.

    The lead must belong to this campaign.

    Args:
        id (UUID):
        body (LeadUpdate): A lead and the fields to set.

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Response[Error | LeadUpdated]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadUpdate,
) -> Error | LeadUpdated | None:
    """Update Lead in Campaign

     Edit a single lead's profile fields. Draft campaigns only. Non-listed fields are ignored. Status and
    sequencing columns are not editable through this endpoint.

    The lead must belong to this campaign.

    Args:
        id (UUID):
        body (LeadUpdate): A lead and the fields to set.

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Error | LeadUpdated
    """

    return sync_detailed(
        id=id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadUpdate,
) -> Response[Error | LeadUpdated]:
    """Update Lead in Campaign

     Edit a single lead's profile fields. Draft campaigns only. Non-listed fields are ignored. Status and
    sequencing columns are not editable through this endpoint.

    The lead must belong to this campaign.

    Args:
        id (UUID):
        body (LeadUpdate): A lead and the fields to set.

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Response[Error | LeadUpdated]
    """

    kwargs = _get_kwargs(
        id=id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient | Client,
    body: LeadUpdate,
) -> Error | LeadUpdated | None:
    """Update Lead in Campaign

     Edit a single lead's profile fields. Draft campaigns only. Non-listed fields are ignored. Status and
    sequencing columns are not editable through this endpoint.

    The lead must belong to this campaign.

    Args:
        id (UUID):
        body (LeadUpdate): A lead and the fields to set.

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Error | LeadUpdated
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            body=body,
        )
    ).parsed
