/** The form that adds leads. */
import type { NewLead } from "./api"
import { create, element } from "./dom"
import { FIELDS_OF_NEW, fieldInput, inputsOf, valueOf } from "./fields"
import { markInvalid, unmark } from "./invalid"
import { report } from "./messages"

const button = element("add", HTMLButtonElement)
const form = element("adding", HTMLFormElement)
const list = element("new-leads", HTMLElement)

/** Call back with the leads that the user typed, once each has what identifies it. */
export function onAdd(add: (leads: NewLead[], form: HTMLFormElement) => void): void {
  button.addEventListener("click", () => (form.hidden ? open() : closeAdding()))
  element("another", HTMLButtonElement).addEventListener("click", another)
  element("cancel-adding", HTMLButtonElement).addEventListener("click", closeAdding)
  form.addEventListener("keydown", event => {
    if (event.key === "Escape" && !event.isComposing && form.ariaBusy !== "true") closeAdding()
  })
  form.addEventListener("submit", event => {
    event.preventDefault()
    if (form.ariaBusy === "true") return
    unmark(form)
    dropBlank()
    const leads = [...list.children].map(read)
    // Which of the two it must be depends on the type of the campaign, which only the server knows.
    const wrong = [...list.children].filter((_, index) => !leads[index]!.email && !leads[index]!.linkedin_url)
    if (!wrong.length) return add(leads, form)
    report("Not added: each lead needs an email address or a LinkedIn profile.")
    markInvalid(wrong.map(one => valueOf(one as HTMLElement, "email")!))
  })
}

/** Whether the user typed leads that are not added. */
export function hasNewLeads(): boolean {
  return inputsOf(form).some(input => input.value)
}

function open(): void {
  form.hidden = false
  button.ariaExpanded = "true"
  if (list.children.length === 0) another()
  form.querySelector("input")!.focus()
}

export function closeAdding(): void {
  const hasFocus = form.contains(document.activeElement)
  form.hidden = true
  button.ariaExpanded = "false"
  list.replaceChildren()
  if (hasFocus) button.focus()
}

export function allowAdding(isAllowed: boolean): void {
  button.hidden = !isAllowed
  if (!isAllowed) closeAdding()
}

function another(): void {
  const inputs = FIELDS_OF_NEW.map(field => fieldInput("new", field))
  list.append(create("fieldset", {}, create("legend", {}), create("div", { className: "fields" }, ...inputs)))
  number()
  inputs[0]!.querySelector("input")!.focus()
}

/** Drop the groups in which nothing was typed, except for the last one that is left. */
function dropBlank(): void {
  for (const group of [...list.children]) {
    const isBlank = inputsOf(group as HTMLElement).every(input => !input.value.trim())
    if (isBlank && list.children.length > 1) group.remove()
  }
  number()
}

/** Name each input after its place in the request. */
function number(): void {
  for (const [index, group] of [...list.children].entries()) {
    group.querySelector("legend")!.textContent = `Lead ${index + 1}`
    for (const field of FIELDS_OF_NEW) valueOf(group as HTMLElement, field)!.name = `prospects.${index}.${field}`
  }
}

function read(group: Element): NewLead {
  const lead: NewLead = {}
  for (const field of FIELDS_OF_NEW) {
    const value = valueOf(group as HTMLElement, field)!.value.trim()
    if (value) lead[field] = value
  }
  return lead
}
