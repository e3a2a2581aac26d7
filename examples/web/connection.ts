/** The form at the top: which campaign of which server, and which response a mock should give. */
import type { Connection } from "./api"
import { element } from "./dom"
import { inputsOf, labelOf } from "./fields"
import { markInvalid, unmark } from "./invalid"
import { report } from "./messages"

/** The URL of the mock that `make web` started. */
declare const SERVER: string

const form = element("connection", HTMLFormElement)
export const campaignInput = input("id")
export const keyInput = input("key")
input("server").value = SERVER

/** Call back with what the user typed, once it can be used. */
export function onConnect(connect: (connection: Connection) => void): void {
  form.addEventListener("submit", event => {
    event.preventDefault()
    unmark(form)
    const wrong = inputsOf(form).filter(one => !one.validity.valid)
    if (!wrong.length) return connect(read())
    report(wrong.map(one => `${labelOf(one)} ${one.value ? one.dataset.hint : "is missing"}.`).join(" "))
    markInvalid(wrong)
  })
  connect(read())
}

/** The response that the user chose for requests of this method, as a `Prefer` header. */
export function preferred(method: string): string {
  const [chosen, ...preference] = form.querySelector("select")!.value.split(" ")
  return chosen === method || chosen === "*" ? preference.join(" ") : ""
}

function read(): Connection {
  return { server: input("server").value.trim(), key: keyInput.value.trim(), campaign: campaignInput.value.trim() }
}

function input(name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement
}
