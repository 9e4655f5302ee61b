/* global document */
import { element, fetchJson, table } from './element.js';
import { lift, moment, range, whole } from './format.js';

const SHOWN = 10;
const METRICS = {
  ctr: 'CTR',
  conversionRate: 'Conversions per click',
  rpm: 'Revenue per mille',
  revenuePerUnit: 'Revenue per unit',
};
const VERDICTS = {
  ship: 'ship',
  rollback: 'roll back',
  keep_running: 'keep running',
  inconclusive: 'inconclusive',
  invalid: 'invalid',
};

let shown = '';

/** Shows the running experiments, then the latest others, each with its report. */
export async function showExperiments() {
  const place = document.getElementById('experiments');
  try {
    const experiments = await allExperiments();
    const recent = experiments.toSorted(byInterest).slice(0, SHOWN);
    const reports = await Promise.all(recent.map(({ key, phase }) => (phase === 0 ? null : reportOf(key))));
    const now = JSON.stringify([recent, reports]);
    // Untouched while nothing has changed, so that reading and selecting are not disturbed.
    if (now === shown) return;
    shown = now;
    place.replaceChildren(...(recent.length === 0 ? [nothing()] : recent.map((one, i) => card(one, reports[i]))));
  } catch (error) {
    shown = '';
    place.replaceChildren(element('p', { class: 'problem' }, `Experiments cannot be read: ${error.message}`));
  }
}

async function allExperiments() {
  const all = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await fetchJson(`/v1/experiments?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`);
    all.push(...page.experiments);
    cursor = page.nextCursor;
  }
  return all;
}

function reportOf(key) {
  return fetchJson(`/v1/experiments/${encodeURIComponent(key)}/report`);
}

function byInterest(a, b) {
  const running = (b.state === 'running') - (a.state === 'running');
  return running !== 0 ? running : Date.parse(b.createdAt) - Date.parse(a.createdAt);
}

function nothing() {
  return element('p', { class: 'quiet' }, 'There is none yet: npm run demo makes one.');
}

function card({ key, state, description, design, startedAt }, report) {
  const verdict = report?.experiment.verdict;
  return element(
    'article',
    { class: 'card', 'aria-label': `Experiment ${key}` },
    element(
      'h3',
      {},
      key,
      element('span', { class: `badge ${state}` }, state),
      verdict ? element('span', { class: `badge ${verdict}` }, VERDICTS[verdict] ?? verdict) : null,
    ),
    description === '' ? null : element('p', {}, description),
    element('p', { class: 'quiet' }, facts(report, startedAt)),
    report ? failedChecks(report) : null,
    report ? figures(key, design, report) : null,
    element('p', {}, element('a', { href: `/?experiment=${encodeURIComponent(key)}#traces` }, `Traces of ${key}`)),
  );
}

function facts(report, startedAt) {
  if (!report) return 'Not started.';
  const { exposedUnits, impressions, clicks, conversions } = report.traffic;
  const traffic = `${whole(exposedUnits)} units, ${whole(impressions)} impressions, ${whole(clicks)} clicks, ${whole(conversions)} conversions`;
  return startedAt ? `${traffic}; since ${moment(startedAt)}` : traffic;
}

function failedChecks({ health }) {
  const failed = health.checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return null;
  return element(
    'ul',
    { class: 'problem' },
    failed.map(({ name, detail }) => element('li', {}, `${name.replaceAll('_', ' ')}: ${detail}`)),
  );
}

function figures(key, { goal, alpha }, { metrics, experiment }) {
  const [deciding] = goal.split('@');
  const rows = metrics.flatMap((metric) =>
    metric.comparisons.map((one) => row(metric, one, deciding, experiment.currency)),
  );
  const heads = ['Metric', 'Lift', `${whole(100 * (1 - alpha))} % interval`, 'At any look', 'Variant', 'Control'];
  const shownFigures = table(`Figures of ${key}`, heads, rows);
  // Numbers that failed a check must not be read as if they had not.
  if (experiment.verdict === 'invalid') shownFigures.classList.add('struck');
  return shownFigures;
}

function row({ metric, unit, arms }, { variant, result }, goal, currency) {
  const control = arms.find((arm) => arm.control);
  const treatment = arms.find((arm) => arm.variant === variant);
  const inference = result.refused
    ? [element('td', { colspan: '3' }, `no inference: ${result.reason.replaceAll('_', ' ')}`)]
    : [
        element('td', { class: 'number strong' }, lift(result.relative.lift)),
        element('td', { class: 'number' }, range(result.relative.interval)),
        element('td', { class: 'number' }, range(result.relative.sequential)),
      ];
  return element(
    'tr',
    { class: metric === goal ? 'goal' : null },
    element(
      'th',
      { scope: 'row' },
      METRICS[metric] ?? metric,
      metric === goal ? element('small', {}, ' goal') : null,
      element('small', { class: 'under' }, variant),
    ),
    inference,
    element('td', { class: 'number' }, value(unit, treatment?.value, currency)),
    element('td', { class: 'number' }, value(unit, control?.value, currency)),
  );
}

function value(unit, figure, currency) {
  if (figure === null || figure === undefined) return '–';
  if (unit === 'money') return `${figure.toFixed(3)} ${currency}`;
  return unit === 'count' ? figure.toFixed(3) : `${(100 * figure).toFixed(3)} %`;
}
