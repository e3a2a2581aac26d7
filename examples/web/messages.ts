/** What the page says about its requests, where keyboard users and screen readers find it. */
import type { Failure, Outcome } from "./api"
import { create, element } from "./dom"

const MAX_ATTEMPTS = 4
const SLOW_AFTER = 2_000
/** Seconds. The page does not wait longer before it sends a request again. */
const MAX_WAIT = 120

const status = element("status", HTMLElement)
const problem = element("problem", HTMLElement)
const button = element("message-button", HTMLButtonElement)

export type Action = "load" | "save" | "add" | "remove"
const WORDS: Record<Action, { doing: string; failed: string; unclear: string }> = {
  load: { doing: "Loading leads", failed: "The leads cannot be loaded", unclear: "The leads cannot be loaded" },
  save: { doing: "Saving", failed: "Not saved", unclear: "It may or may not be saved" },
  add: { doing: "Adding", failed: "Not added", unclear: "It may or may not be added" },
  remove: { doing: "Removing", failed: "Not removed", unclear: "It may or may not be removed" },
}

/** Say what was done. */
export function announce(text: string): void {
  say("good", text, "")
}

/** Say that nothing was done, and why. */
export function remark(text: string): void {
  say("neutral", text, "")
}

/** Say what went wrong, and offer to try again. */
export function report(text: string, again?: () => void): void {
  say("good", "", text, again && ["Try again", again])
}

export function focusMessage(): void {
  const said = problem.textContent ? problem : status
  ;(button.hidden ? said : button).focus()
}

/** Send a request, say that it takes time, and send it again when the server asks to wait. */
export async function patiently<T>(action: Action, send: () => Promise<Outcome<T>>, isWanted = () => true): Promise<Outcome<T>> {
  const { doing } = WORDS[action]
  for (let attempt = 1; ; attempt++) {
    say("neutral", `${doing} …`, "")
    const slow = setTimeout(() => isWanted() && say("neutral", `${doing}: the server is slow …`, ""), SLOW_AFTER)
    const outcome = await send()
    clearTimeout(slow)
    if (outcome.kind !== "throttled" || !isWanted() || attempt === MAX_ATTEMPTS) return outcome
    const wait = outcome.wait ?? 2 ** attempt
    if (wait > MAX_WAIT || !(await countDown(wait, isWanted))) return outcome
  }
}

/** Why a request failed, and what the user can do about it. */
export function describe(failure: Failure, action: Action): string {
  const { failed, unclear } = WORDS[action]
  const repeat = action === "load" ? "" : " It is safe to try again."
  switch (failure.kind) {
    case "invalid":
      return `${failed}: ${failure.message || `the server refused the request with status ${failure.status}.`}`
    case "unauthorized":
      return `${failed}: the server does not accept the API key. Check the key; trying again will not help.`
    case "forbidden":
      return `${failed}: the API key is valid but does not have the permission.`
    case "not-found":
      return `${failed}: there is no such campaign in the workspace of the API key. Check the campaign id and the key.`
    case "throttled":
      return `${failed}: the server still asks to wait. Try again later.`
    case "unreachable":
      return `${failed}: the server cannot be reached. Check its address and your connection.`
    case "timeout":
      return `${unclear}: the server did not respond in time.${repeat}`
    case "unreadable":
      return `${unclear}: the response is not the JSON that was expected.${repeat}`
    case "unexpected":
      return `${unclear}: the server responded with status ${failure.status}${failure.message && ` (${failure.message})`}.${repeat}`
  }
}

/** Count down in the status; false if the user stops it, or if the result is not wanted any more. */
async function countDown(seconds: number, isWanted: () => boolean): Promise<boolean> {
  let stop = () => {}
  const isStopped = new Promise<true>(resolve => (stop = () => resolve(true)))
  // Screen readers do not read out each change of a timer.
  const timer = create("span", { role: "timer" })
  say("neutral", "The server asks to wait: trying again in ", "", ["Stop waiting", stop])
  status.append(timer, " s …")
  for (let left = seconds; left > 0 && isWanted(); left--) {
    timer.textContent = String(left)
    const second = new Promise<false>(resolve => setTimeout(() => resolve(false), 1_000))
    if (await Promise.race([isStopped, second])) return false
  }
  return isWanted()
}

function say(tone: "good" | "neutral", text: string, wrong: string, offer?: [label: string, callback: () => void]): void {
  status.dataset.tone = tone
  status.textContent = text
  problem.textContent = wrong
  // A button that disappears would take the focus with it.
  const hadFocus = document.activeElement === button
  button.hidden = !offer
  if (hadFocus) focusMessage()
  button.textContent = offer?.[0] ?? ""
  button.onclick = offer?.[1] ?? null
}
