"""The implementation under test: the one way to it, and the care taken of its leads."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from contract_tests.exchange import KEY_VARIABLE, Exchange
from contract_tests.rows import Columns
from contract_tests.settings import Lead, NotJudged, Settings
from puffle.contract import JSON, Operation

BEARER = "Bearer {key}"
SECONDS_TO_ANSWER = 10.0
MOST_THROTTLED = 8
LONGEST_THROTTLE = 60.0
OVERWRITTEN = "company"
"""The field that is given up where a row cannot be read without an edit."""
MOST_UNANSWERED = 3
SHORTEST_SECRET = 4
"""Fewer characters of the key give nothing away."""
RATE_ELSEWHERE = 5.0
"""Requests a second to a host that is not this machine."""

UNKNOWN_CAMPAIGN = "00000000-0000-4000-8000-{:012x}"
"""Campaigns that no workspace has."""
_KEY = re.compile(r"\{key(?::(upper|basic|(\d+):(\d+)))?\}")
_UNKNOWN_CAMPAIGN = re.compile(r"00000000-0000-4000-8000-[0-9a-f]{12}\Z")


class Broken(AssertionError):
    """A promise of the contract is not kept."""

    def __init__(self, exchange: Exchange, expected: str) -> None:
        """Take the request that shows it, and what should have come."""
        super().__init__(f"expected {expected}, got {exchange.outcome()}")
        self.exchange = exchange
        self.expected = expected


class NoAnswers(KeyboardInterrupt):
    """The implementation has stopped to answer. As an interrupt it ends the run: there is nothing left to learn."""


class Target:
    """An implementation, known by its URL.

    Every request of the contract tests leaves through ``send``, which can only send the contract's operation, to the
    configured campaigns or to ones that do not exist.
    """

    def __init__(self, settings: Settings, operation: Operation, observe: Callable[[Exchange], None]) -> None:
        """Take where the implementation is; ``observe`` is handed every exchange."""
        self.settings = settings
        self.columns = Columns(operation.contract)
        self.statuses: list[str] = operation.definition["x-campaign-statuses"]
        self.requests = 0
        self.notes: list[str] = []
        self._operation = operation
        self._observe = observe
        leads = [settings.lead, settings.launched, settings.foreign]
        self._campaigns = {lead.campaign for lead in leads if lead}
        self._originals: dict[Lead, dict[str, Any]] = {}
        """The row before the first edit, empty where the implementation did not show it."""
        self._latest: dict[Lead, dict[str, Any]] = {}
        self._edited: set[Lead] = set()
        self._unanswered = 0
        self._reads_without_edit = True
        self._next_send = 0.0
        self._client = httpx.Client(timeout=SECONDS_TO_ANSWER, trust_env=not settings.loopback)

    def send(
        self, campaign: str, body: bytes, *, authorization: str | None = BEARER, content_type: str = JSON
    ) -> Exchange:
        """Send one request of the operation, and wait and try again while it is throttled.

        Args:
            campaign: a configured campaign, or one made from ``UNKNOWN_CAMPAIGN``.
            body: the bytes to send.
            authorization: the header, in which ``{key}`` stands for the key, ``{key:2:5}`` for what Python's
                ``key[2:5]`` would give, ``{key:upper}`` and ``{key:basic}`` for the key in upper case and as the user
                of Basic credentials; None sends none.
            content_type: of the body.

        Raises:
            ValueError: the campaign is none that may be touched; nothing was sent.
            NotJudged: the implementation goes on throttling.
            NoAnswers: it has left several requests without an answer.
        """
        if campaign not in self._campaigns and not _UNKNOWN_CAMPAIGN.match(campaign):
            raise ValueError(f"campaign {campaign} is not configured: nothing was sent")
        url = self.settings.base_url + self._operation.path(id=campaign)
        headers = {"Content-Type": content_type, "Accept": JSON}
        if authorization is not None:
            headers["Authorization"] = _KEY.sub(self._key, authorization)
        response = self._send_patiently(httpx.Request(self._operation.method, url, headers=headers, content=body))
        exchange = Exchange(
            method=self._operation.method,
            url=url,
            authorization=authorization and _KEY.sub(_key_in_shell, authorization),
            content_type=content_type,
            body=body,
            status=response.status_code if isinstance(response, httpx.Response) else 0,
            media_type=_media_type(response) if isinstance(response, httpx.Response) else "",
            answer=self._without_key(response, authorization or ""),
        )
        self._observe(exchange)
        if exchange.status == 0:
            self._unanswered += 1
            if self._unanswered == MOST_UNANSWERED:
                self.notes.append(f"given up early: {MOST_UNANSWERED} requests got no answer")
                raise NoAnswers("it does not answer")
        return exchange

    def edit(self, lead: Lead, updates: Mapping[str, Any], *, authorization: str | None = BEARER) -> Exchange:
        """Send an edit of a lead, whatever comes of it. Before the first one its row is read, to be put back."""
        if updates and lead not in self._originals:
            self._keep_original(lead)
        exchange = self._update(lead, updates, authorization)
        if exchange.status == 200 and updates:
            self._edited.add(lead)
        return exchange

    def edited(self, lead: Lead, updates: Mapping[str, Any]) -> Exchange:
        """Send an edit that must be carried out.

        Raises:
            Broken: it was not.
        """
        exchange = self.edit(lead, updates)
        if exchange.status != 200 or not exchange.row:
            raise Broken(exchange, "200 with the edited row")
        return exchange

    def read(self, lead: Lead) -> Exchange:
        """Read a lead's row: an edit of nothing or, where that is refused, of one field to the value that it has.

        Raises:
            Broken: neither answers with a row.
        """
        if self._reads_without_edit:
            exchange = self.edit(lead, {})
            if exchange.status != 400:
                if exchange.status != 200 or not exchange.row:
                    raise Broken(exchange, "200 with the unchanged row, or 400, for an edit of nothing")
                return exchange
            self._reads_without_edit = False
        row = self._latest.get(lead, {})
        known = (name for name in self.columns.listed if isinstance(row.get(name), str) and row[name])
        field = next(known, OVERWRITTEN)
        return self.edited(lead, {field: row.get(field) or "Acme"})

    def original(self, lead: Lead) -> dict[str, Any]:
        """The row as it was before the first edit of the run, as far as it is known."""
        return self._originals.get(lead, {})

    def prepare(self) -> None:
        """See that the lead can be edited, and keep its row to put it back.

        Raises:
            NotJudged: it cannot; the message says what to do.
        """
        lead = self.settings.lead
        exchange = self._update(lead, {}, BEARER)
        where = self.settings.base_url
        if exchange.status == 0:
            raise NotJudged(f"{where} cannot be reached: {exchange.text}; check BASE_URL")
        if exchange.status in (401, 403):
            raise NotJudged(f"{where} refused the key with {exchange.outcome()}; check PUFFLE_API_KEY")
        if exchange.status == 404:
            raise NotJudged(
                f"{where} knows no such lead: {exchange.outcome()}; check PUFFLE_CAMPAIGN_ID and PUFFLE_PROSPECT_ID"
            )
        if exchange.status == 400:
            status = self.named_status(exchange)
            if status and re.search("campaign|draft", exchange.text, re.IGNORECASE):
                raise NotJudged(f"campaign {lead.campaign} is {status}, not a draft; give one in PUFFLE_CAMPAIGN_ID")
            if not self.settings.loopback:
                raise NotJudged(f"{where} refuses an edit of nothing: the row cannot be read and put back afterwards")
        for one in filter(None, (lead, self.settings.other)):
            self._keep_original(one)

    def named_status(self, exchange: Exchange) -> str | None:
        """The campaign status other than draft that an answer names."""
        words = set(re.findall(r"[a-z]+", exchange.text.lower()))
        return next((status for status in self.statuses if status != "draft" and status in words), None)

    @property
    def gave_up(self) -> bool:
        """The run was ended early, because no answers came."""
        return self._unanswered >= MOST_UNANSWERED

    def put_back(self) -> None:
        """Put back the leads that were edited, and note what could not be."""
        for lead in self._edited:
            try:
                self._put_back(lead, self._originals[lead])
            except (NotJudged, NoAnswers) as reason:
                self.notes.append(f"lead {lead.id} was edited and is not as it was: {reason}")

    def _put_back(self, lead: Lead, original: Mapping[str, Any]) -> None:
        if not original:
            self.notes.append(f"lead {lead.id} was edited; what it was before is not known")
            return
        # A field that was null cannot be cleared through this contract; the empty string comes nearest.
        self._update(lead, {name: original.get(name) or "" for name in self.columns.listed if name in original}, BEARER)
        listed = {name: original[name] for name in self.columns.listed if original.get(name)}
        exchange = self._update(lead, listed, BEARER)
        left = self.columns.changed(original, exchange.row)
        if exchange.status != 200 or left:
            why = ", ".join(left) if exchange.status == 200 else exchange.outcome()
            self.notes.append(f"lead {lead.id} is not as it was ({why})")
            self.notes.append(f"  to put it back: {exchange.curl()}")

    def close(self) -> None:
        """End the connections to it."""
        self._client.close()

    def _keep_original(self, lead: Lead) -> None:
        exchange, original = self._update(lead, {}, BEARER), {}
        if exchange.status == 200:
            original = exchange.row
        elif exchange.status == 400 and lead in (self.settings.lead, self.settings.other):
            row = self._update(lead, {OVERWRITTEN: "Acme"}, BEARER).row
            original = {name: value for name, value in row.items() if name != OVERWRITTEN}
            self.notes.append(
                f"an edit of nothing is refused, so lead {lead.id} was read by setting its {OVERWRITTEN}, "
                "which cannot be put back"
            )
        self._originals[lead] = original

    def _update(self, lead: Lead, updates: Mapping[str, Any], authorization: str | None) -> Exchange:
        body = json.dumps({"prospect_id": lead.id, "updates": updates}, ensure_ascii=False).encode()
        exchange = self.send(lead.campaign, body, authorization=authorization)
        if exchange.status == 200 and exchange.row:
            self._latest[lead] = exchange.row
        return exchange

    def _send_patiently(self, request: httpx.Request) -> httpx.Response | httpx.TransportError:
        for attempt in range(MOST_THROTTLED):
            response = self._send_once(request)
            if isinstance(response, httpx.TransportError) or response.status_code != 429:
                return response
            if attempt < MOST_THROTTLED - 1:
                time.sleep(min(seconds_to_wait(response, attempt), LONGEST_THROTTLE))
        raise NotJudged(f"{self.settings.base_url} still answers 429 after {MOST_THROTTLED} tries; try again later")

    def _send_once(self, request: httpx.Request) -> httpx.Response | httpx.TransportError:
        if not self.settings.loopback:
            time.sleep(max(0.0, self._next_send - time.monotonic()))
            self._next_send = time.monotonic() + 1 / RATE_ELSEWHERE
        self.requests += 1
        try:
            return self._client.send(request)
        except httpx.TransportError as error:
            if not _closed_idle(error):
                return error
        try:
            return self._client.send(request)
        except httpx.TransportError as error:
            return error

    def _key(self, part: re.Match[str]) -> str:
        key = self.settings.key
        if part[1] == "upper":
            return key.upper()
        if part[1] == "basic":
            return base64.b64encode(f"{key}:".encode()).decode()
        return key[int(part[2]) : int(part[3])] if part[1] else key

    def _without_key(self, response: httpx.Response | httpx.TransportError, authorization: str) -> bytes:
        answer = response.content if isinstance(response, httpx.Response) else f"no answer: {response!r}".encode()
        # What was sent may have been made from the key, and come back.
        for part in (*_KEY.finditer(BEARER), *_KEY.finditer(authorization)):
            if len(self._key(part)) >= SHORTEST_SECRET:
                answer = answer.replace(self._key(part).encode(), _key_in_shell(part).encode())
        return answer


def _key_in_shell(part: re.Match[str]) -> str:
    if part[1] == "upper":
        return f"${{{KEY_VARIABLE}^^}}"
    if part[1] == "basic":
        return f"$(printf %s: ${KEY_VARIABLE} | base64 -w 0)"
    if part[1]:
        return f"${{{KEY_VARIABLE}:{part[2]}:{int(part[3]) - int(part[2])}}}"
    return f"${KEY_VARIABLE}" if part.end() == len(part.string) else f"${{{KEY_VARIABLE}}}"


def _closed_idle(error: httpx.TransportError) -> bool:
    """Whether the server may have closed a kept connection just as it was used again, which HTTP allows."""
    return isinstance(error, httpx.ReadError | httpx.WriteError) or "without sending a response" in str(error)


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def seconds_to_wait(response: httpx.Response, attempt: int) -> float:
    """How long a throttled request waits: as ``Retry-After`` says, else the longer the more attempts were made."""
    after = response.headers.get("Retry-After", "")
    if after.isdecimal():
        return float(after)
    try:
        return max(0.0, (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.5 * 2.0**attempt
