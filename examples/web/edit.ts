/** Sends an edit of a lead, and reports every possible result. */
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
  /** The response to request from a mock, as a `Prefer` header; empty for its normal one. */
  prefer: string
}

export type Outcome =
  | { kind: "saved"; lead: Lead }
  | { kind: "invalid" | "refused-key" | "forbidden" | "not-found" | "unexpected"; message: string }
  | { kind: "throttled"; seconds: number }
  | { kind: "unreachable" | "timeout" }

const TIMEOUT = 15_000
const REFUSALS: Record<number, "invalid" | "refused-key" | "forbidden" | "not-found"> = {
  400: "invalid",
  401: "refused-key",
  403: "forbidden",
  404: "not-found",
}

/** Send an edit once. Every failure is an outcome; nothing is thrown. */
export async function send(edit: Edit, attempt: number): Promise<Outcome> {
  const client = createClient<paths>({ baseUrl: edit.server })
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), TIMEOUT)
  try {
    const { data, error, response } = await client.PATCH("/api/campaigns/{id}/leads", {
      params: { path: { id: edit.campaign } },
      body: { prospect_id: edit.prospect, updates: edit.fields },
      headers: { Authorization: `Bearer ${edit.key}`, ...(edit.prefer && { Prefer: edit.prefer }) },
      signal: controller.signal,
    })
    if (data?.prospect) return { kind: "saved", lead: data.prospect }
    if (response.status === 429) return { kind: "throttled", seconds: secondsToWait(response, attempt) }
    const message = typeof error?.error === "string" ? error.error : `status ${response.status}`
    return { kind: REFUSALS[response.status] ?? "unexpected", message }
  } catch (error) {
    if (controller.signal.aborted) return { kind: "timeout" }
    // fetch throws a TypeError if there is no response; every other error means that the response is not JSON.
    return error instanceof TypeError ? { kind: "unreachable" } : { kind: "unexpected", message: "" }
  } finally {
    clearTimeout(timer)
  }
}

/** As `Retry-After` says, in seconds or as a date; exponential if it is missing, or hidden from pages by the server. */
function secondsToWait(response: Response, attempt: number): number {
  const retryAfter = response.headers.get("Retry-After")
  const seconds = retryAfter?.trim() ? Number(retryAfter) : NaN
  const date = Date.parse(retryAfter ?? "")
  if (seconds >= 0) return seconds
  return Number.isNaN(date) ? 2 ** attempt : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}
