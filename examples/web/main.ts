/** The form: describes the result of an edit where keyboard users and screen readers find it. */
import "./style.css"
import { type Edit, type Fields, type Lead, type Outcome, send } from "./edit"

/** The URL of the mock that `make web` started. */
declare const SERVER: string

/** Exactly the fields that the contract lists: anything else does not compile. */
const LABELS: Record<keyof Fields, string> = {
  email: "Email address",
  linkedin_url: "LinkedIn profile",
  first_name: "First name",
  last_name: "Last name",
  name: "Full name",
  company: "Company",
  position: "Job title",
  headline: "Headline",
}
const NAMES = Object.keys(LABELS) as (keyof Fields)[]
const MAX_ATTEMPTS = 4
const SLOW_AFTER = 2_000
/** Seconds. The form does not wait longer before it tries again. */
const MAX_PAUSE = 120

const form = element("form", HTMLFormElement)
const button = form.querySelector("button")!
const status = element("status", HTMLElement)
const problem = element("problem", HTMLElement)
const saved = element("lead", HTMLElement)

for (const name of NAMES) {
  const label = document.createElement("label")
  const input = document.createElement("input")
  input.name = name
  label.append(`${LABELS[name]} `, input)
  element("fields", HTMLElement).append(label)
}
input("server").value = SERVER

form.addEventListener("submit", async event => {
  event.preventDefault()
  if (button.getAttribute("aria-disabled") === "true") return
  busy(true)
  try {
    show(await save(readForm()))
  } finally {
    busy(false)
  }
})

/** Send an edit, and send it again after a pause when it is throttled. */
async function save(edit: Edit): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    status.textContent = "Saving …"
    const slow = setTimeout(() => (status.textContent = "Still saving: the server is slow …"), SLOW_AFTER)
    const outcome = await send(edit, attempt)
    clearTimeout(slow)
    if (outcome.kind !== "throttled" || attempt === MAX_ATTEMPTS || outcome.seconds > MAX_PAUSE) return outcome
    for (let left = Math.ceil(outcome.seconds); left > 0; left--) {
      status.textContent = `Too many requests: trying again in ${left} s …`
      await new Promise(resolve => setTimeout(resolve, 1_000))
    }
  }
}

function show(outcome: Outcome): void {
  status.textContent = outcome.kind === "saved" ? "Saved." : ""
  problem.textContent = outcome.kind === "saved" ? "" : describe(outcome)
  if (outcome.kind === "saved") showLead(outcome.lead)
  if (outcome.kind === "refused-key") markInvalid(input("key"))
  if (outcome.kind === "not-found") markInvalid(input("campaign"), input("prospect"))
  if (outcome.kind === "invalid") markInvalid(...namedIn(outcome.message))
  // The message sticks to the bottom of the window and must not cover the button.
  if (document.activeElement === button) button.scrollIntoView({ block: "nearest" })
}

function describe(outcome: Exclude<Outcome, { kind: "saved" }>): string {
  switch (outcome.kind) {
    case "invalid":
      return `Not saved: ${outcome.message}`
    case "refused-key":
      return "Not saved: the server does not accept the API key. Check the key; trying again will not help."
    case "forbidden":
      return "Not saved: the API key is valid but has no permission to edit leads."
    case "not-found":
      return `Not saved: ${outcome.message} Check both ids, and that the key belongs to the same workspace.`
    case "throttled":
      return "Not saved: the server is still refusing requests because there are too many. Try again later."
    case "unreachable":
      return "Probably not saved: the server cannot be reached. Check its address and your connection."
    case "timeout":
      return "It may or may not be saved: the server did not respond in time. It is safe to save again."
    case "unexpected":
      return `It may or may not be saved: unexpected response from the server (${outcome.message || "not JSON"}).`
  }
}

/** The inputs that a message is about: the fields it names, or else the campaign. */
function namedIn(message: string): HTMLInputElement[] {
  const fields = NAMES.filter(name => message.includes(`updates.${name}`)).map(input)
  return fields.length || !/\bcampaign\b/i.test(message) ? fields : [input("campaign")]
}

/** Show the lead as it is after the edit, also as placeholders of the inputs that are left empty. */
function showLead(lead: Lead): void {
  saved.hidden = false
  saved.replaceChildren(
    ...NAMES.flatMap(name => {
      input(name).placeholder = lead[name] ?? ""
      input(name).value = ""
      const [term, value] = [document.createElement("dt"), document.createElement("dd")]
      term.textContent = LABELS[name]
      value.textContent = lead[name] ?? "—"
      return [term, value]
    }),
  )
}

function readForm(): Edit {
  const fields: Fields = {}
  for (const name of NAMES) if (input(name).value) fields[name] = input(name).value
  const [server, key, campaign, prospect] = (["server", "key", "campaign", "prospect"] as const).map(name => input(name).value.trim())
  return { server, key, campaign, prospect, fields, prefer: form.querySelector("select")!.value } as Edit
}

function busy(is: boolean): void {
  // Not `disabled`: the button would lose the focus.
  button.setAttribute("aria-disabled", String(is))
  form.setAttribute("aria-busy", String(is))
  if (!is) return
  problem.textContent = ""
  saved.hidden = true
  for (const one of form.querySelectorAll("[aria-invalid]")) {
    one.removeAttribute("aria-invalid")
    one.removeAttribute("aria-errormessage")
  }
}

/** Mark inputs as invalid, and focus the first. */
function markInvalid(...inputs: HTMLInputElement[]): void {
  for (const one of inputs) {
    one.setAttribute("aria-invalid", "true")
    one.setAttribute("aria-errormessage", problem.id)
  }
  inputs[0]?.focus()
}

function input(name: keyof Fields | "server" | "key" | "campaign" | "prospect"): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement
}

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`index.html has no element ${id}`)
  return found
}
