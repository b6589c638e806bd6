/** Access to the elements of the page by their ids. */

/**
 * Returns the element with this id; the page is not built as the script expects
 * without.
 */
export function element<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) {
    throw new Error(`the page must have a ${kind.name} with the id ${id}.`);
  }
  return found;
}
