/** Finds and creates elements. */

/** The element with this id, which index.html must have. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} with the id ${id}`)
  return found
}

/** A new element with these properties and children. Text is never read as HTML. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const created = Object.assign(document.createElement(tag), properties)
  created.append(...children)
  return created
}

/** Whether the element that had the focus is gone or hidden. */
export function isFocusLost(): boolean {
  const focused = document.activeElement
  return !focused || focused === document.body || !focused.checkVisibility()
}
