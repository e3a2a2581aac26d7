/** The form: shows what came of an edit, in words, where keyboard and screen reader find it. */
import "./style.css"
import { type Edit, type Fields, type Lead, type Outcome, send } from "./edit"

/** The server that `make web` has started. */
declare const SERVER: string

/** Every field that the contract lists, and no other: the compiler sees to it. */
const LABELS: Record<keyof Fields, string> = {
  email: "Email address",
  linkedin_url: "LinkedIn profile",
  first_name: "Given name",
  last_name: "Family name",
  name: "Full name",
  company: "Company",
  position: "Job title",
  headline: "Headline",
}
const NAMES = Object.keys(LABELS) as (keyof Fields)[]
const MOST_TRIES = 4
const SLOW = 2_000
/** Seconds; whoever is asked to wait longer is told instead. */
const LONGEST_PAUSE = 120

const form = element("form", HTMLFormElement)
const button = form.querySelector("button")!
const status = element("status", HTMLElement)
const problem = element("problem", HTMLElement)
const row = element("row", HTMLElement)

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

/** Send an edit, and while it is throttled wait and send it again. */
async function save(edit: Edit): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    status.textContent = "Saving …"
    const slow = setTimeout(() => (status.textContent = "Still saving: the server is slow …"), SLOW)
    const outcome = await send(edit, attempt)
    clearTimeout(slow)
    if (outcome.kind !== "throttled" || attempt === MOST_TRIES || outcome.seconds > LONGEST_PAUSE) return outcome
    for (let left = Math.ceil(outcome.seconds); left > 0; left--) {
      status.textContent = `Too many requests: trying again in ${left} s …`
      await new Promise(resolve => setTimeout(resolve, 1_000))
    }
  }
}

function show(outcome: Outcome): void {
  status.textContent = outcome.kind === "saved" ? "Saved." : ""
  problem.textContent = outcome.kind === "saved" ? "" : describe(outcome)
  if (outcome.kind === "saved") showRow(outcome.lead)
  if (outcome.kind === "refused-key") mark(input("key"))
  if (outcome.kind === "not-found") mark(input("campaign"), input("prospect"))
  if (outcome.kind === "not-a-draft") mark(input("campaign"))
  if (outcome.kind === "invalid") mark(...NAMES.filter(name => outcome.said.includes(`updates.${name}`)).map(input))
  // What is said sticks to the bottom of the window, and must not hide the button there.
  if (document.activeElement === button) button.scrollIntoView({ block: "nearest" })
}

function describe(outcome: Exclude<Outcome, { kind: "saved" }>): string {
  switch (outcome.kind) {
    case "not-a-draft":
      return `Not saved: ${outcome.said} Choose a draft.`
    case "invalid":
      return `Not saved: ${outcome.said}`
    case "refused-key":
      return "Not saved: the API key is refused. Check it; trying again will not help."
    case "forbidden":
      return "Not saved: the API key is valid, but has no permission to edit leads."
    case "not-found":
      return `Not saved: ${outcome.said} Check both ids, and that the key is of the workspace that owns them.`
    case "throttled":
      return "Not saved: the server still takes no more requests. Try again later."
    case "gone":
      return "Not saved, as far as can be told: the server cannot be reached. Check its address and your connection."
    case "too-slow":
      return "Perhaps saved, perhaps not: the server has not answered in time. Saving the same again does no harm."
    case "unexpected":
      return `Perhaps saved, perhaps not: the server answered something unexpected (${outcome.said || "no JSON"}).`
  }
}

/** Show the row as it is after the edit, and the values that stay if a field is left empty. */
function showRow(lead: Lead): void {
  row.hidden = false
  row.replaceChildren(
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
  // Not `disabled`, which would take the focus away from whoever pressed it.
  button.setAttribute("aria-disabled", String(is))
  form.setAttribute("aria-busy", String(is))
  if (!is) return
  problem.textContent = ""
  row.hidden = true
  for (const one of form.querySelectorAll("[aria-invalid]")) {
    one.removeAttribute("aria-invalid")
    one.removeAttribute("aria-errormessage")
  }
}

/** Say which inputs are wrong, and go to the first. */
function mark(...inputs: HTMLInputElement[]): void {
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
  if (!(found instanceof type)) throw new Error(`index.html has no ${id}`)
  return found
}
