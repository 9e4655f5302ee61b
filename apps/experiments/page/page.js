/* global document, history, location, URLSearchParams, window */
import { showExperiments } from './experiments.js';
import { showOverview } from './overview.js';
import { fillForm, formQuery, showQuery } from './trace-search.js';

const REFRESH_MS = 5000;

let moved = false;

/** The address is the state: every search and every trace can be linked to, and the back button works. */
function go(query) {
  moved = true;
  history.pushState(null, '', query.size === 0 ? '/' : `/?${query}`);
  void showQuery(query);
}

const form = document.getElementById('search');
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const query = formQuery();
  const only = query.size === 1 ? query.get('traceId') : null;
  if (only !== null) query.set('trace', only.toLowerCase());
  // Without any condition the latest traces are listed.
  if (query.size === 0) query.set('minDurationMs', '0');
  go(query);
});
form.addEventListener('reset', () => go(new URLSearchParams()));

document.addEventListener('click', (event) => {
  const traceId = event.target.closest('a[data-trace]')?.dataset.trace;
  if (traceId === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const query = new URLSearchParams(location.search);
  query.set('trace', traceId);
  go(query);
});

window.addEventListener('popstate', () => {
  moved = true;
  const query = new URLSearchParams(location.search);
  fillForm(query);
  void showQuery(query);
});

async function refresh() {
  if (!document.hidden) await Promise.all([showOverview(), showExperiments()]);
  setTimeout(refresh, REFRESH_MS);
}

async function start() {
  const query = new URLSearchParams(location.search);
  fillForm(query);
  void showOverview();
  // A trace is scrolled to, so what stands above it comes first; who searches meanwhile is not disturbed.
  await showExperiments();
  setTimeout(refresh, REFRESH_MS);
  if (!moved) await showQuery(query);
}

void start();
