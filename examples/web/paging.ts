/** The filter, the page buttons, and what is said instead of a table without leads. */
import type { LeadPage } from "./api"
import { create, element } from "./dom"

/** Those seen so far; the filter also offers each one that a lead has. */
const STATUSES = ["pending", "sent", "replied"]

const filter = element("filter", HTMLSelectElement)
const empty = element("empty", HTMLElement)
const all = element("all", HTMLButtonElement)
const count = element("count", HTMLElement)
const pages = element("pages", HTMLElement)
const [previous, next] = [element("previous", HTMLButtonElement), element("next", HTMLButtonElement)]
let page = 1

/** Call back with the page and the status that the user asks for; the result is the status that is in use then. */
export function onPage(load: (page: number, status: string) => Promise<string>): void {
  STATUSES.forEach(offer)
  const turn = (button: HTMLButtonElement, step: number) => {
    button.addEventListener("click", () => button.ariaDisabled !== "true" && load(page + step, filter.value))
  }
  turn(previous, -1)
  turn(next, 1)
  filter.addEventListener("change", async () => (filter.value = await load(1, filter.value)))
  all.addEventListener("click", async () => {
    await load(1, "")
    filter.focus()
  })
}

/** Describe a page; undefined if there is none. */
export function showPage(shown: LeadPage | undefined, status: string): void {
  for (const lead of shown?.prospects ?? []) offer(lead.status)
  filter.value = status
  if (shown) page = shown.page
  const last = shown ? lastPage(shown) : 1
  pages.hidden = last === 1
  // Not `disabled`: the button would lose the focus.
  previous.ariaDisabled = String(page <= 1)
  next.ariaDisabled = String(page >= last)
  count.textContent = shown ? describe(shown, last) : ""
  count.classList.toggle("unseen", !shown?.prospects.length)
  empty.hidden = !shown || shown.prospects.length > 0
  all.hidden = !status
  element("nothing", HTMLElement).textContent = empty.hidden ? "" : whyEmpty(shown!, status)
}

export function lastPage({ total, limit }: LeadPage): number {
  return Math.max(1, Math.ceil(total / limit))
}

function describe({ prospects, total, page, limit }: LeadPage, last: number): string {
  if (!prospects.length) return "0 leads"
  const first = (page - 1) * limit + 1
  const leads = last === 1 ? `${total}` : `${first} to ${first + prospects.length - 1} of ${total}`
  return `${leads} ${total === 1 ? "lead" : "leads"}${last === 1 ? "" : `, page ${page} of ${last}`}`
}

function whyEmpty({ total }: LeadPage, status: string): string {
  if (total) return "There are no leads on this page."
  return status ? `No lead has the status “${status}”.` : "This campaign has no leads yet."
}

function offer(status: string): void {
  if (![...filter.options].some(option => option.value === status)) filter.append(create("option", { value: status }, status))
}
