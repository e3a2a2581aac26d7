/** What a refusal is about: inputs of a form, or a campaign that is read-only. */
import { inputsOf, labelOf } from "./fields"

/** The message names the status of a campaign that is not a draft: these operations have no other way to tell. */
const FROZEN = /\bdraft\b|(?=.*\bcampaign\b).*\b(launching|active|paused|completed)\b/i
/** A status in a value, for example in an email address, is not the one of the campaign. */
const VALUES = /"[^"]*"|\S*[@/]\S*/g

/** Whether a message says that the campaign is not a draft any more. */
export function isFrozen(message: string): boolean {
  return FROZEN.test(message.replace(VALUES, ""))
}

/** The inputs whose place in the request a message cites. */
export function cited(message: string, form: HTMLElement): HTMLInputElement[] {
  return inputsOf(form).filter(input => place(input.name).test(message))
}

/** The inputs whose field a message names without its place. */
export function named(message: string, form: HTMLElement): HTMLInputElement[] {
  return inputsOf(form).filter(input => place(input.name.split(".").at(-1)!).test(message))
}

/** A message of the server with the labels of the inputs instead of their places in the request. */
export function readable(message: string, form: HTMLElement): string {
  return inputsOf(form).reduce((text, input) => text.replace(place(input.name), () => labelOf(input)), message)
}

/** Mark inputs as invalid, and focus the first. */
export function markInvalid(inputs: HTMLInputElement[]): void {
  for (const input of inputs) {
    input.setAttribute("aria-invalid", "true")
    input.setAttribute("aria-errormessage", "problem")
    input.closest("details")?.setAttribute("open", "")
  }
  inputs[0]?.focus()
}

export function unmark(form: HTMLElement): void {
  for (const input of inputsOf(form)) {
    input.removeAttribute("aria-invalid")
    input.removeAttribute("aria-errormessage")
  }
}

/** Matches a place as servers may write it: `prospects.0.email`, `prospects[0].email`, `/prospects/0/email`. */
function place(name: string): RegExp {
  return new RegExp(`(?<!\\w)/?${name.replaceAll(".", "[\\[\\]./]+")}(?!\\w)`)
}
