import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { DemoDocument } from '../../tools/demo/demo-document';
import { BuiltStack } from './setup/built-stack';

const STAGES = ['decode', 'flag_evaluation', 'encode', 'queue', 'inference', 'respond'];

// A browser, and axe in it above all, has less than one core while the other suites of this tier run beside it.
jest.setTimeout(120_000);

/** The page of a stack on which a small demo was played, in a real Chromium. */
describe('the page', () => {
  let stack: BuiltStack;
  let url: string;
  let demo: DemoDocument;
  let browser: Browser;

  beforeAll(async () => {
    stack = await BuiltStack.start();
    url = stack.addresses().experimentsUrl;
    demo = await stack.demo('--requests', '2000', '--units', '500');
    browser = await startBrowser(stack.home);
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await stack.stop();
  }, 60_000);

  const complaints: string[] = [];

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      // The browser reports each refused call by itself.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(path.startsWith('/') ? url + path : path);
    return page;
  }

  afterEach(() => expect(complaints.splice(0)).toEqual([]));

  it('shows that the services are well, and the running experiment with its lift', async () => {
    const page = await open('/');
    await page.locator('.services .badge.ok').nth(1).waitFor();
    expect(await page.locator('.services strong').allTextContents()).toEqual(['experiments', 'predictor']);
    const card = page.getByRole('article', { name: `Experiment ${demo.experiment.key}` });
    await card.waitFor();
    expect(await card.locator('.badge').first().textContent()).toBe('running');
    const lift = demo.metrics.find(({ metric }) => metric === 'ctr')?.lift?.relative ?? NaN;
    const shown = await card.getByRole('row', { name: /^CTR/ }).locator('td').first().textContent();
    expect(shown).toBe(`${lift < 0 ? '−' : '+'}${(100 * Math.abs(lift)).toFixed(1)} %`);
    const links = await page.getByRole('navigation').getByRole('link').allTextContents();
    expect(links).toEqual(expect.arrayContaining(['Unleash', 'Experiments API', 'Architecture']));
    expect(await (await page.request.get(`${url}/docs/architecture.md`)).text()).toContain('# Architecture');
  });

  it("finds the demo's example trace and shows its waterfall", async () => {
    const page = await open('/');
    await page.getByLabel('Trace id').fill(demo.exampleTraceId.toUpperCase());
    await page.getByRole('button', { name: 'Search' }).click();
    const trace = page.getByRole('article', { name: `Trace ${demo.exampleTraceId}` });
    await trace.waitFor();
    expect(page.url()).toContain(`trace=${demo.exampleTraceId}`);
    const names = await trace.locator('.waterfall .name').allTextContents();
    expect(names.slice(0, 7)).toEqual(['adlift.v1.Predictor/Predict', ...STAGES]);

    const bars = (await trace.locator('.waterfall .bar').all()).slice(0, 7);
    const lefts = await Promise.all(bars.map(async (bar) => (await bar.boundingBox())?.x ?? NaN));
    expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
    const classes = await Promise.all(bars.map((bar) => bar.getAttribute('class')));
    expect(classes).toEqual(classes.map(() => 'bar critical'));

    const first = trace.locator('.waterfall button').first();
    await first.click();
    expect(await first.getAttribute('aria-expanded')).toBe('true');
    const details = await trace.locator('.details').first().textContent();
    expect(details).toContain('adlift.experiment');
    expect(details).toContain(demo.experiment.key);
    await first.press('Enter');
    expect(await trace.locator('.details').count()).toBe(0);
  });

  it('searches by experiment and variant, goes to a trace, and back', async () => {
    const page = await open('/');
    await page.getByRole('textbox', { name: 'Experiment' }).fill(demo.experiment.key);
    await page.getByLabel('Variant').fill('b-interactions');
    await page.getByLabel('At least, ms').fill('0.01');
    await page.getByRole('button', { name: 'Search' }).click();
    const rows = page.getByRole('region', { name: 'Found traces' }).locator('tbody tr');
    await rows.first().waitFor();
    const variants = await rows.locator('td:last-child').allTextContents();
    expect(new Set(variants)).toEqual(new Set(['b-interactions']));
    await rows.first().getByRole('link').click();
    await page.locator('.waterfall li').first().waitFor();
    await page.goBack();
    await page.locator('.waterfall').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Variant').inputValue()).toBe('b-interactions');
  });

  it('keeps what is typed while the page is still loading', async () => {
    const page = await open('about:blank');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/v1/experiments', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(url);
    await page.getByLabel('Trace id').fill(demo.exampleTraceId);
    release();
    await page.locator('#experiments article').first().waitFor();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('article', { name: `Trace ${demo.exampleTraceId}` }).waitFor();
  });

  it('opens a trace by its address, and says so when it was not kept', async () => {
    const kept = await open(`/?trace=${demo.exampleTraceId}`);
    await kept.locator('.waterfall li').nth(6).waitFor();
    const lost = await open(`/?trace=${'9'.repeat(32)}`);
    await lost.getByText('This trace was not kept').waitFor();
    const wrong = await open('/?traceId=xyz');
    await wrong.getByText('must be 32 hex digits').waitFor();
  });

  it('shows what services send as text, whatever it looks like', async () => {
    const traceId = 'd'.repeat(32);
    const now = BigInt(Date.now()) * 1_000_000n;
    const markup = '<img src=x onerror="document.title=\'owned\'">';
    const span = {
      traceId,
      spanId: 'd'.repeat(16),
      name: markup,
      startTimeUnixNano: String(now),
      endTimeUnixNano: String(now + 1000n),
      status: { code: 2, message: markup },
      attributes: [{ key: markup, value: { stringValue: markup } }],
    };
    const sent = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...stack.authorization('adServerKey') },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    });
    expect(sent.status).toBe(200);
    const page = await open(`/?error=true&trace=${traceId}`);
    await page.locator('.waterfall button').first().click();
    expect(await page.locator('.details').textContent()).toContain(markup);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Adlift');
    const policy = (await page.request.get(url)).headers()['content-security-policy'];
    expect(policy).toContain("default-src 'none'; script-src 'self'");
  });

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('is accessible and fits in %s at %i pixels', async (colorScheme, width) => {
    const page = await open(`/?experiment=${demo.experiment.key}&trace=${demo.exampleTraceId}`, {
      colorScheme,
      viewport: { width, height: 900 },
    });
    await page.locator('.waterfall button').nth(2).click();
    await page.locator('#experiments article').first().waitFor();
    await page.locator('#results tbody tr').first().waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

/** The machine's Chromium where CHROMIUM_PATH names one, otherwise the one from npm, unpacked into `home`. */
async function startBrowser(home: string): Promise<Browser> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined) return chromium.launch({ executablePath: given });
  const folder = join(home, 'chromium');
  mkdirSync(folder);
  // It reuses whatever it finds in the temporary folder, also what another user or version left there; and that folder
  // is the process's own, which a test cannot change from within Jest. So a process with another one unpacks it.
  const unpack =
    "import('@sparticuz/chromium').then(async ({ default: it }) => console.log(await it.executablePath()))";
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', unpack], {
    cwd: __dirname,
    env: { ...process.env, TMPDIR: folder },
  });
  const { default: packed } = await import('@sparticuz/chromium');
  return chromium.launch({ executablePath: stdout.trim(), args: packed.args });
}
