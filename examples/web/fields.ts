/** The fields of leads as inputs, which are named after their place in the request: messages of the server cite it. */
import type { Fields, Lead, NewLead } from "./api"
import { create } from "./dom"

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
const { name: _, ...labelsOfNew } = LABELS
const LABELS_OF_NEW: Record<Exclude<keyof NewLead, "custom_fields">, string> = labelsOfNew
/** The fields that an edit can change. */
export const FIELDS = Object.keys(LABELS) as (keyof typeof LABELS)[]
/** The fields that a new lead can have. */
export const FIELDS_OF_NEW = Object.keys(LABELS_OF_NEW) as (keyof typeof LABELS_OF_NEW)[]

/** What a user calls a lead. */
export function titleOf(lead: Lead): string {
  return lead.name || namesOf(lead) || lead.email || lead.linkedin_url || "Lead without a name"
}

/** The first and the last name if the full name has other ones: it does not follow when they are edited. */
export function otherNamesOf(lead: Lead): string {
  return [lead.first_name, lead.last_name].every(name => titleOf(lead).includes(name ?? "")) ? "" : namesOf(lead)
}

function namesOf(lead: Lead): string {
  return [lead.first_name, lead.last_name].filter(Boolean).join(" ")
}

/** A labelled input for a field. */
export function fieldInput(place: string, field: keyof Fields, value = ""): HTMLLabelElement {
  const input = create("input", { name: `${place}.${field}`, value, autocomplete: "off" })
  if (field === "email") input.inputMode = "email"
  if (field === "linkedin_url") input.inputMode = "url"
  // Not the value that was given: an input drops line breaks.
  input.dataset.initial = input.value
  return create("label", {}, `${LABELS[field]} `, input)
}

export function valueOf(form: HTMLElement, field: keyof Fields): HTMLInputElement | undefined {
  return inputsOf(form).find(input => input.name.endsWith(`.${field}`))
}

/** What the user changed. An emptied input clears its field: an edit stores the empty string. */
export function changesIn(form: HTMLElement): Fields {
  const changes: Fields = {}
  for (const field of FIELDS) {
    const input = valueOf(form, field)
    const value = input?.value.trim()
    if (input && input.value !== input.dataset.initial && value !== input.dataset.initial) changes[field] = value
  }
  return changes
}

export function whatChanged(updates: Fields): string {
  return FIELDS.filter(field => updates[field] !== undefined)
    .map(field => (updates[field] ? LABELS[field] : `${LABELS[field]} cleared`))
    .join(", ")
}

export function inputsOf(form: HTMLElement): HTMLInputElement[] {
  return [...form.querySelectorAll("input")]
}

export function labelOf(input: HTMLInputElement): string {
  const group = input.closest("fieldset")?.querySelector("legend")?.textContent
  return [group, input.labels?.[0]?.textContent?.trim()].filter(Boolean).join(", ")
}
