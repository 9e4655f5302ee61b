/* global document */
import { element, fetchJson } from './element.js';

/** Shows which services are well, and where else to look. */
export async function showOverview() {
  const services = document.getElementById('services');
  try {
    const overview = await fetchJson('/v1/overview');
    services.replaceChildren(...overview.services.map(service));
    document
      .getElementById('links')
      .replaceChildren(...overview.links.map(({ name, url }) => element('li', {}, element('a', { href: url }, name))));
  } catch (error) {
    services.replaceChildren(service({ name: 'experiments', status: 'down', detail: error.message }));
  }
}

function service({ name, status, detail }) {
  return element(
    'li',
    { class: `card ${status}` },
    element('strong', {}, name),
    element('span', { class: `badge ${status}` }, status),
    element('span', { class: 'quiet' }, detail),
  );
}
