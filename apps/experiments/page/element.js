/* global document */

/**
 * An element with attributes and children. Strings become text nodes, so nothing that a service sends is ever read as
 * markup; null and undefined children are left out, attributes that are null or false are not set.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A table inside a box that scrolls sideways where the screen is narrow; `caption` names both. */
export function table(caption, heads, rows) {
  return element(
    'div',
    { class: 'scroll', role: 'region', 'aria-label': caption, tabindex: '0' },
    element(
      'table',
      {},
      element('caption', { class: 'hidden' }, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          heads.map((head) => element('th', { scope: 'col' }, head)),
        ),
      ),
      element('tbody', {}, rows),
    ),
  );
}

/** What the service answers as JSON; throws an Error with its words when it refuses. */
export async function fetchJson(path) {
  const answer = await fetch(path, { headers: { accept: 'application/json' } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(body.detail ?? `${answer.status} from ${path}`), { body });
  return body;
}
