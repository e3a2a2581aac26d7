/** An edit of a lead, and everything that can come of it. */
import createClient from "openapi-fetch"
import type { components, paths } from "../../generated/puffle"

export type Fields = components["schemas"]["LeadFields"]
export type Lead = components["schemas"]["Lead"]

export interface Edit {
  server: string
  key: string
  campaign: string
  prospect: string
  fields: Fields
  /** The answer that a mock is asked for, as `Prefer` has it; empty for its own. */
  prefer: string
}

export type Outcome =
  | { kind: "saved"; lead: Lead }
  | { kind: "invalid" | "not-a-draft" | "refused-key" | "forbidden" | "not-found" | "unexpected"; said: string }
  | { kind: "throttled"; seconds: number }
  | { kind: "gone" | "too-slow" }

const LONGEST_WAIT = 15_000
/** The contract promises that the message names the campaign's status where it is not a draft. */
const NOT_A_DRAFT = /\bdraft\b|\bcampaign\b.*\b(launching|active|paused|completed)\b/i
const REFUSALS: Record<number, "refused-key" | "forbidden" | "not-found"> = {
  401: "refused-key",
  403: "forbidden",
  404: "not-found",
}

/** Send an edit once. Whatever happens is an outcome; nothing is thrown. */
export async function send(edit: Edit, attempt: number): Promise<Outcome> {
  const client = createClient<paths>({ baseUrl: edit.server })
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), LONGEST_WAIT)
  try {
    const { data, error, response } = await client.PATCH("/api/campaigns/{id}/leads", {
      params: { path: { id: edit.campaign } },
      body: { prospect_id: edit.prospect, updates: edit.fields },
      headers: { Authorization: `Bearer ${edit.key}`, ...(edit.prefer && { Prefer: edit.prefer }) },
      signal: patience.signal,
    })
    if (data?.prospect) return { kind: "saved", lead: data.prospect }
    return refusal(response, typeof error?.error === "string" ? error.error : `status ${response.status}`, attempt)
  } catch (error) {
    if (patience.signal.aborted) return { kind: "too-slow" }
    // fetch says TypeError where there is no answer; what else is thrown comes of an answer that is no JSON.
    return error instanceof TypeError ? { kind: "gone" } : { kind: "unexpected", said: "" }
  } finally {
    clearTimeout(timer)
  }
}

function refusal(response: Response, said: string, attempt: number): Outcome {
  const { status } = response
  if (status === 429) return { kind: "throttled", seconds: secondsToWait(response.headers.get("Retry-After"), attempt) }
  if (status === 400) return { kind: NOT_A_DRAFT.test(said) && !said.startsWith("updates.") ? "not-a-draft" : "invalid", said }
  return { kind: REFUSALS[status] ?? "unexpected", said }
}

/** As `Retry-After` says, in seconds or as a date; where it is missing, or hidden from pages, the longer the more tries. */
function secondsToWait(retryAfter: string | null, attempt: number): number {
  const seconds = retryAfter?.trim() ? Number(retryAfter) : NaN
  const date = Date.parse(retryAfter ?? "")
  if (seconds >= 0) return seconds
  return Number.isNaN(date) ? 2 ** attempt : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}
