import { tmpdir } from 'node:os';
import { adliftProgram } from '../../../apps/cli/src/program';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { renamed, whenServed } from './registry-calls';

const FM = bundleModel('fm', 11).bundle;

describe('adlift model and adlift replicas', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
    for (const version of ['1', '2']) await apps.admin.publishModel(renamed(FM, { version }));
  }, 60_000);
  afterAll(() => apps.stop());

  /** What a command prints on standard output. */
  async function run(...args: string[]): Promise<string> {
    let printed = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    try {
      const connection = { admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() };
      const program = adliftProgram(() => Promise.resolve(connection), tmpdir());
      await program.parseAsync(args, { from: 'user' });
    } finally {
      write.mockRestore();
    }
    return printed;
  }

  it('loads, reloads and unloads a version, and lists what became of it', async () => {
    expect(await run('model', 'load', 'click-fm@2')).toBe('click-fm@2 is to be served: loaded by hand\n');
    await whenServed(apps, 'click-fm@2', 'click-lr@1');
    const table = await until('the list to show it', async () => {
      const printed = await run('model', 'list');
      return /click-fm@2.*1 loaded/.test(printed) && printed;
    });
    const lines = table.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^model +kind +labels +wanted +replicas +why$/);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/))).toEqual([
      ['click-lr@1', 'ctr', 'champion', 'yes', '1 loaded', 'champion, policy: label champion'],
      ['click-fm@1', 'ctr', '-', 'no', '-', 'not selected by the policy'],
      ['click-fm@2', 'ctr', '-', 'yes', '1 loaded', 'loaded by hand'],
    ]);
    expect(JSON.parse(await run('model', 'reload', 'click-fm@2', '--json'))).toMatchObject({ generation: 1 });
    expect(await run('model', 'unload', 'click-fm@2')).toBe('click-fm@2 is not to be served: unloaded by hand\n');
    expect(JSON.parse(await run('model', 'list', '--json'))).toHaveLength(3);
    await expect(run('model', 'unload', 'click-lr@1')).rejects.toThrow('cannot be unloaded');
  });

  it('moves labels and shows and changes policies', async () => {
    expect(await run('model', 'label', 'click-fm@1', 'challenger')).toBe('click-fm@1 is now challenger\n');
    expect(await run('model', 'label', 'click-fm@1', 'challenger', '--remove')).toContain('no longer challenger');
    expect(await run('model', 'policy', 'click-fm')).toBe(
      'click-fm: the versions labelled champion, challenger (the default)\n',
    );
    expect(await run('model', 'policy', 'click-fm', '--latest', '1')).toBe('click-fm: the newest version\n');
    expect(await run('model', 'policy', 'click-fm', '--versions', '1, 2')).toBe('click-fm: the versions 1, 2\n');
    expect(await run('model', 'policy', 'click-fm', '--labels', 'canary')).toContain('labelled canary');
    expect(await run('model', 'policy', 'click-fm', '--default')).toContain('(the default)');
  });

  it('shows the replicas', async () => {
    const [replica] = JSON.parse(await run('replicas', '--json')) as { id: string; live: boolean; software: string }[];
    expect(replica).toMatchObject({ live: true, software: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown });
    const table = await run('replicas');
    expect(table).toContain(`${replica?.id}  127.0.0.1:`);
    expect(table).toContain('click-lr@1');
  });
});
