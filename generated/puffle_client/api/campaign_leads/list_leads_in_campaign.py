from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.lead_page import LeadPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: UUID,
    *,
    page: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["page"] = page

    params["limit"] = limit

    params["status"] = status

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/campaigns/{id}/leads".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | LeadPage | None:
    if response.status_code == 200:
        response_200 = LeadPage.from_dict(response.json())

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

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Error | LeadPage]:
    parsed: Error | LeadPage | None = None
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
    page: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: str | Unset = UNSET,
) -> Response[Error | LeadPage]:
    """Get Leads in Campaign

     List the leads of a campaign page by page, optionally only those of one status. Safe to poll;
    allowed in every
    campaign status.

    Args:
        id (UUID):
        page (int | Unset):
        limit (int | Unset):
        status (str | Unset):

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Response[Error | LeadPage]
    """

    kwargs = _get_kwargs(
        id=id,
        page=page,
        limit=limit,
        status=status,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: UUID,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: str | Unset = UNSET,
) -> Error | LeadPage | None:
    """Get Leads in Campaign

     List the leads of a campaign page by page, optionally only those of one status. Safe to poll;
    allowed in every
    campaign status.

    Args:
        id (UUID):
        page (int | Unset):
        limit (int | Unset):
        status (str | Unset):

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Error | LeadPage
    """

    return sync_detailed(
        id=id,
        client=client,
        page=page,
        limit=limit,
        status=status,
    ).parsed


async def asyncio_detailed(
    id: UUID,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: str | Unset = UNSET,
) -> Response[Error | LeadPage]:
    """Get Leads in Campaign

     List the leads of a campaign page by page, optionally only those of one status. Safe to poll;
    allowed in every
    campaign status.

    Args:
        id (UUID):
        page (int | Unset):
        limit (int | Unset):
        status (str | Unset):

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Response[Error | LeadPage]
    """

    kwargs = _get_kwargs(
        id=id,
        page=page,
        limit=limit,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: UUID,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    status: str | Unset = UNSET,
) -> Error | LeadPage | None:
    """Get Leads in Campaign

     List the leads of a campaign page by page, optionally only those of one status. Safe to poll;
    allowed in every
    campaign status.

    Args:
        id (UUID):
        page (int | Unset):
        limit (int | Unset):
        status (str | Unset):

    Raises:
        errors.UnexpectedResponse: If the contract does not describe the response and Client.raise_on_unexpected_status is True.
        httpx.HTTPError: If there is no response, or not within Client.timeout.

    Returns:
        Error | LeadPage
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            page=page,
            limit=limit,
            status=status,
        )
    ).parsed
