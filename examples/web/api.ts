/** Sends the four operations on the leads of a campaign. Every result is an outcome; nothing is thrown. */
import createClient from "openapi-fetch"
import type { components, operations, paths } from "../../generated/puffle"

type Schemas = components["schemas"]
export type Lead = Schemas["Lead"]
export type Fields = Schemas["LeadFields"]
export type NewLead = Schemas["NewLead"]
export type LeadPage = Schemas["LeadPage"]
export type Query = NonNullable<operations["listLeadsInCampaign"]["parameters"]["query"]>

export type Outcome<T> = { kind: "done"; data: T } | Failure
export type Failure =
  /** The server refused the request, and perhaps says why. */
  | { kind: "invalid" | "unauthorized" | "forbidden" | "not-found"; status: number; message: string }
  /** In seconds; undefined if the server does not say how long to wait, or hides it from pages. */
  | { kind: "throttled"; wait: number | undefined }
  | { kind: "unreachable" | "timeout" | "unreadable" }
  | { kind: "unexpected"; status: number; message: string }

const PATH = "/api/campaigns/{id}/leads"
const TIMEOUT = 15_000
const REFUSALS: Record<number, "unauthorized" | "forbidden" | "not-found"> = {
  401: "unauthorized",
  403: "forbidden",
  404: "not-found",
}

export interface Connection {
  server: string
  key: string
  campaign: string
}

/** The leads of one campaign. Only for mocks: `prefer` says which response to request, by method. */
export function leadsOf({ server, key, campaign }: Connection, prefer?: (method: string) => string) {
  const client = createClient<paths>({ baseUrl: server, headers: { Authorization: `Bearer ${key}` } })
  client.use({
    onRequest({ request }) {
      const preferred = prefer?.(request.method)
      if (preferred) request.headers.set("Prefer", preferred)
    },
  })
  const params = { path: { id: campaign } }
  // Each body is typed before the call: inside it, tsc does not notice a misspelt field.
  return {
    list(query: Query) {
      return outcome(
        signal => client.GET(PATH, { params: { ...params, query }, signal }),
        data => data.prospects.every(lead => typeof lead.id === "string") && data.total + data.page + data.limit > 0,
      )
    },
    add(prospects: NewLead[]) {
      const body: Schemas["LeadImport"] = { prospects }
      return outcome(
        signal => client.POST(PATH, { params, body, signal }),
        data => data.imported + data.duplicates >= 0,
      )
    },
    update(lead: string, updates: Fields) {
      const body: Schemas["LeadUpdate"] = { prospect_id: lead, updates }
      return outcome(
        signal => client.PATCH(PATH, { params, body, signal }),
        data => typeof data.prospect.id === "string",
      )
    },
    remove(leads: string[]) {
      const body: Schemas["LeadRemoval"] = { prospect_ids: leads }
      return outcome(
        signal => client.DELETE(PATH, { params, body, signal }),
        data => data.deleted !== undefined,
      )
    },
  }
}

/** Send a request once. A 200 whose body is not what the contract says is `unreadable`. */
async function outcome<T>(
  send: (signal: AbortSignal) => Promise<{ data?: T; error?: unknown; response: Response }>,
  isComplete: (data: T) => boolean,
): Promise<Outcome<T>> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), TIMEOUT)
  try {
    const { data, error, response } = await send(controller.signal)
    if (response.ok) return isUsable(data, isComplete) ? { kind: "done", data } : { kind: "unreadable" }
    const wait = secondsToWait(response)
    if (response.status === 429 || (response.status === 503 && wait !== undefined)) return { kind: "throttled", wait }
    const { status } = response
    return { kind: REFUSALS[status] ?? (status < 500 ? "invalid" : "unexpected"), status, message: messageOf(error) }
  } catch (error) {
    if (controller.signal.aborted) return { kind: "timeout" }
    // fetch throws a TypeError if there is no response; every other error means that the response is not JSON.
    return { kind: error instanceof TypeError ? "unreachable" : "unreadable" }
  } finally {
    clearTimeout(timer)
  }
}

function isUsable<T>(data: T | undefined, isComplete: (data: T) => boolean): data is T {
  try {
    return isComplete(data as T)
  } catch {
    return false
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Object && "error" in error ? error.error : ""
  return typeof message === "string" ? message : ""
}

/** As `Retry-After` says, in seconds or as a date. */
function secondsToWait(response: Response): number | undefined {
  const value = response.headers.get("Retry-After")?.trim()
  if (!value) return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds))
}
