/** Asks the user to confirm. */
import { element } from "./dom"

const dialog = element("confirmation", HTMLDialogElement)

/** Whether the user confirms. Escape and the button that has the focus at first mean no. */
export function isConfirmed(question: string, details: string, yes: string): Promise<boolean> {
  element("question", HTMLElement).textContent = question
  element("explanation", HTMLElement).textContent = details
  element("yes", HTMLButtonElement).textContent = yes
  // Some browsers keep the last one when Escape closes the dialog.
  dialog.returnValue = ""
  dialog.showModal()
  return new Promise(resolve => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true })
  })
}
