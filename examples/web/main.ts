/** The leads of a campaign: lists them page by page, and edits, adds and removes them. */
import "./style.css"
import { allowAdding, closeAdding, hasNewLeads, onAdd } from "./adding"
import { type Failure, type Fields, type Lead, type LeadPage, leadsOf, type NewLead, type Outcome, type Query } from "./api"
import { campaignInput, keyInput, onConnect, preferred } from "./connection"
import { isConfirmed } from "./dialog"
import { element, isFocusLost } from "./dom"
import { inputsOf, titleOf, whatChanged } from "./fields"
import { cited, isFrozen, markInvalid, named, readable, unmark } from "./invalid"
import { type Action, announce, describe, focusMessage, patiently, remark, report } from "./messages"
import { lastPage, onPage, showPage } from "./paging"
import { closeEditor, focusRow, forgetEditors, hasChanges, indexOf, showLeads } from "./roster"

const LIMIT = 25

const section = element("leads", HTMLElement)
const frozen = element("frozen", HTMLElement)

/** The campaign that is shown. The form at the top may have another one already. */
let leads: ReturnType<typeof leadsOf>
let shown: LeadPage | undefined
let status = ""
/** The number of lists requested so far: only the response to the latest is shown. */
let requested = 0

onConnect(async connection => {
  if (!(await mayDiscard(hasChanges() || hasNewLeads()))) return
  leads = leadsOf(connection, preferred)
  closeAdding()
  freeze("")
  status = ""
  await load(1)
})
onPage(async (page, filter) => {
  if (await mayDiscard(hasChanges())) {
    status = filter
    await load(page)
  }
  return status
})
onAdd(add)

/** Show a page and say what was done before; false if it cannot be loaded. */
async function load(page: number, done = ""): Promise<boolean> {
  const request = ++requested
  const isLatest = () => request === requested
  const query: Query = { page, limit: LIMIT, ...(status && { status }) }
  section.ariaBusy = "true"
  const outcome = await patiently("load", () => leads.list(query), isLatest)
  if (!isLatest()) return false
  section.ariaBusy = "false"
  if (outcome.kind === "done") {
    // The last lead of the last page may have been removed.
    const last = lastPage(outcome.data)
    if (!outcome.data.prospects.length && last < page) return load(last, done)
    announce(done)
    show(outcome.data)
    return true
  }
  const isFinal = ["unauthorized", "forbidden", "not-found"].includes(outcome.kind)
  report(`${done} ${describe(outcome, "load")}`.trim(), isFinal ? undefined : () => load(page))
  if (!hasChanges()) show(undefined)
  if (outcome.kind === "unauthorized") markInvalid([keyInput])
  else if (outcome.kind === "not-found") markInvalid([campaignInput])
  else if (outcome.kind === "invalid" && !/\b(page|limit|status)\b/.test(outcome.message)) markInvalid([campaignInput])
  else if (isFocusLost()) focusMessage()
  return false
}

function show(page: LeadPage | undefined): void {
  shown = page
  showLeads(page?.prospects ?? [], { save, remove }, !frozen.hidden)
  showPage(page, status)
}

/** Make everything read-only, for this reason; editable without one. */
function freeze(reason: string): void {
  frozen.textContent = reason && `Read-only: ${reason}`
  frozen.hidden = !reason
  allowAdding(!reason)
}

async function save(lead: Lead, updates: Fields, form: HTMLFormElement): Promise<void> {
  if (!Object.keys(updates).length) return remark("Nothing to save: no field was changed.")
  const response = await write("save", () => leads.update(lead.id, updates), form, lead)
  if (!response) return
  const saved = response.prospect
  if (shown) shown.prospects = shown.prospects.map(one => (one.id === lead.id ? saved : one))
  closeEditor(lead.id, saved, { save, remove })
  announce(`Saved ${titleOf(saved)}: ${whatChanged(updates)}.`)
}

async function add(prospects: NewLead[], form: HTMLFormElement): Promise<void> {
  const response = await write("add", () => leads.add(prospects), form)
  if (!response) return
  const { imported, duplicates } = response
  const skipped = prospects.length - imported - duplicates
  const said = [
    imported ? `${leadsIn(imported)} added.` : "No lead was added.",
    duplicates > 0 && `${leadsIn(duplicates)} left out: already in the campaign, or given twice.`,
    skipped > 0 && `${leadsIn(skipped)} left out: without the field that identifies leads in this campaign.`,
  ]
  const text = said.filter(Boolean).join(" ")
  if (!imported) return report(text)
  closeAdding()
  await load(shown?.page ?? 1, text)
}

async function remove(lead: Lead): Promise<void> {
  const title = titleOf(lead)
  if (!(await isConfirmed(`Remove ${title}?`, "The lead is removed from this campaign. This cannot be undone.", "Remove"))) return
  const index = indexOf(lead)
  const response = await write("remove", () => leads.remove([lead.id]), undefined, lead)
  if (!response) return
  const isLoaded = await load(shown?.page ?? 1, response.deleted === 0 ? `${title} was removed already.` : `Removed ${title}.`)
  if (isLoaded && isFocusLost()) focusRow(index)
}

/** Send a write. If it fails, say why where the user can do something about it; then there is no response. */
async function write<T>(action: Action, send: () => Promise<Outcome<T>>, form = section, lead?: Lead): Promise<T | undefined> {
  unmark(form)
  setBusy(form, true)
  const outcome = await patiently(action, send)
  setBusy(form, false)
  if (outcome.kind === "done") return outcome.data
  await explain(outcome, action, form, lead)
}

/** Keep what is being sent from being changed. */
function setBusy(form: HTMLElement, isBusy: boolean): void {
  form.ariaBusy = String(isBusy)
  for (const input of inputsOf(form)) input.readOnly = isBusy
}

async function explain(failure: Failure, action: Action, form: HTMLElement, lead?: Lead): Promise<void> {
  if (failure.kind === "not-found" && lead) {
    // Either the campaign is gone or the lead is: if the campaign can be listed, it is the lead.
    const index = indexOf(lead)
    forgetEditors([lead.id])
    if (!(await load(shown?.page ?? 1))) return
    report(`${titleOf(lead)} is no longer in this campaign: it was removed meanwhile.`)
    if (isFocusLost()) focusRow(index)
    return
  }
  const message = failure.kind === "invalid" ? failure.message : ""
  const inputs = cited(message, form)
  if (!inputs.length && isFrozen(message)) {
    announce("")
    freeze(message)
    forgetEditors()
    show(shown)
    frozen.focus()
    return
  }
  report(describe(failure.kind === "invalid" ? { ...failure, message: readable(message, form) } : failure, action))
  if (failure.kind === "unauthorized") markInvalid([keyInput])
  else if (failure.kind === "not-found") markInvalid([campaignInput])
  else markInvalid(inputs.length ? inputs : named(message, form))
}

async function mayDiscard(hasTyped: boolean): Promise<boolean> {
  const may = !hasTyped || (await isConfirmed("Discard your changes?", "What you typed is not saved yet.", "Discard"))
  if (may) forgetEditors()
  return may
}

function leadsIn(number: number): string {
  return number === 1 ? "1 lead" : `${number} leads`
}
