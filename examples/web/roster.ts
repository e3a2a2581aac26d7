/** The table of leads. A row turns into a form while it is edited. */
import type { Fields, Lead } from "./api"
import { create, element } from "./dom"
import { changesIn, FIELDS, fieldInput, otherNamesOf, titleOf } from "./fields"

export interface Handlers {
  save: (lead: Lead, changes: Fields, form: HTMLFormElement) => void
  remove: (lead: Lead) => void
}

const table = element("roster", HTMLTableElement)
const body = table.tBodies[0]!
/** The rows that are being edited, by id of the lead. */
const editors = new Map<string, HTMLTableRowElement>()

/** Show these leads. A row that is being edited stays as it is, and the focus stays where it was. */
export function showLeads(leads: Lead[], handlers: Handlers, isFrozen: boolean): void {
  for (const id of editors.keys()) if (isFrozen || !leads.some(lead => lead.id === id)) editors.delete(id)
  const focused = document.activeElement
  body.replaceChildren(...leads.map(lead => editors.get(lead.id) ?? viewRow(lead, handlers, isFrozen)))
  table.hidden = leads.length === 0
  const again = focused?.isConnected ? focused : document.getElementById(focused?.id || "none")
  if (again instanceof HTMLElement && again !== document.activeElement) again.focus()
}

/** Show a lead as a row again: as it is after an edit, or as it was before. */
export function closeEditor(id: string, lead: Lead, handlers: Handlers): void {
  const shown = [...body.rows].find(row => row.dataset.lead === id)
  const hasFocus = shown?.contains(document.activeElement)
  const row = viewRow(lead, handlers, false)
  shown?.replaceWith(row)
  editors.delete(id)
  if (hasFocus) row.querySelector("button")!.focus()
}

/** Forget what was typed for these leads, or for all; the next list shows rows again. */
export function forgetEditors(ids = [...editors.keys()]): void {
  for (const id of ids) editors.delete(id)
}

/** Whether the user typed changes that are not saved. */
export function hasChanges(): boolean {
  return [...editors.values()].some(row => Object.keys(changesIn(row)).length > 0)
}

export function indexOf(lead: Lead): number {
  return [...body.rows].findIndex(row => row.dataset.lead === lead.id)
}

/** Focus the row at this place, or the last one, or the heading if there is none. */
export function focusRow(index: number): void {
  const row = body.rows[Math.min(index, body.rows.length - 1)]
  const target = row?.querySelector<HTMLElement>("button, input") ?? element("leads-title", HTMLElement)
  target.focus()
}

function viewRow(lead: Lead, handlers: Handlers, isFrozen: boolean): HTMLTableRowElement {
  const title = titleOf(lead)
  const row = create(
    "tr",
    { role: "row" },
    create("th", { role: "rowheader", scope: "row" }, ...lines(title, otherNamesOf(lead))),
    cell(...lines(lead.email, lead.linkedin_url)),
    cell(...lines(lead.company, lead.position)),
    cell(create("span", { className: "status" }, lead.status)),
    cell(),
  )
  row.dataset.lead = lead.id
  if (isFrozen) return row
  const edit = create("button", { id: `edit-${lead.id}`, type: "button", ariaLabel: `Edit ${title}` }, "Edit")
  const remove = create("button", { id: `remove-${lead.id}`, type: "button", ariaLabel: `Remove ${title}` }, "Remove")
  edit.addEventListener("click", () => open(lead, row, handlers))
  remove.addEventListener("click", () => handlers.remove(lead))
  row.lastElementChild!.append(create("div", { className: "buttons" }, edit, remove))
  return row
}

function open(lead: Lead, row: HTMLTableRowElement, handlers: Handlers): void {
  const form = create(
    "form",
    { className: "panel", ariaLabel: `Edit ${titleOf(lead)}`, noValidate: true },
    create("div", { className: "fields" }, ...FIELDS.map(field => fieldInput("updates", field, lead[field] ?? ""))),
    create("p", { className: "soft" }, "Empty a field to clear it. Only what you change is sent."),
  )
  const save = create("button", { className: "main" }, "Save")
  const cancel = create("button", { type: "button" }, "Cancel")
  form.append(create("div", { className: "buttons" }, save, cancel))
  form.addEventListener("submit", event => {
    event.preventDefault()
    if (form.ariaBusy !== "true") handlers.save(lead, changesIn(form), form)
  })
  cancel.addEventListener("click", () => closeEditor(lead.id, lead, handlers))
  form.addEventListener("keydown", event => {
    if (event.key === "Escape" && !event.isComposing && form.ariaBusy !== "true") closeEditor(lead.id, lead, handlers)
  })
  const editor = create("tr", { role: "row" }, create("td", { role: "cell", colSpan: 5 }, form))
  editor.dataset.lead = lead.id
  editors.set(lead.id, editor)
  row.replaceWith(editor)
  form.querySelector("input")!.focus()
}

function cell(...children: Node[]): HTMLTableCellElement {
  return create("td", { role: "cell" }, ...children)
}

/** A value and, in a second line, another one; a dash if there is neither. */
function lines(first?: string | null, second?: string | null): Node[] {
  if (!first && !second) return [create("div", { className: "none" }, "—")]
  return [...(first ? [create("div", {}, first)] : []), ...(second ? [create("div", { className: "soft" }, second)] : [])]
}
