import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { TestApps } from '../setup/test-apps';
import { call, renamed, wanted, whenServed } from './registry-calls';

const FM = bundleModel('fm', 11).bundle;

describe('which versions are served', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
    for (const version of ['1', '2', '3']) await apps.admin.publishModel(renamed(FM, { version }));
    await apps.admin.publishModel(renamed(FM, { name: 'sale-fm', kind: 'cvr' }));
  }, 60_000);
  afterAll(() => apps.stop());

  const model = async (reference: string): Promise<object | undefined> =>
    (await apps.admin.models()).find(({ name, version }) => `${name}@${version}` === reference);

  it('are by default the champions and challengers', async () => {
    expect(await wanted(apps)).toEqual(['click-lr@1']);
    expect(await apps.admin.modelPolicy('click-fm')).toEqual({
      name: 'click-fm',
      policy: { labels: ['champion', 'challenger'] },
      isDefault: true,
    });
    await apps.admin.labelModel('click-fm', '2', 'challenger');
    expect(await wanted(apps)).toEqual(['click-fm@2', 'click-lr@1']);
    expect(await model('click-fm@2')).toMatchObject({
      labels: ['challenger'],
      wanted: true,
      reasons: ['policy: label challenger'],
    });
    await apps.admin.labelModel('click-fm', '3', 'challenger');
    expect(await wanted(apps)).toEqual(['click-fm@3', 'click-lr@1']);
    await apps.admin.unlabelModel('click-fm', '3', 'challenger');
    expect(await wanted(apps)).toEqual(['click-lr@1']);
    expect(await model('click-fm@3')).toMatchObject({ wanted: false, reasons: ['not selected by the policy'] });
  });

  it('are the newest ones under latest, and newer ones as they come', async () => {
    await apps.admin.setModelPolicy('click-fm', { latest: { versions: 2 } });
    expect(await wanted(apps)).toEqual(['click-fm@2', 'click-fm@3', 'click-lr@1']);
    await apps.admin.publishModel(renamed(FM, { version: '4' }));
    expect(await wanted(apps)).toEqual(['click-fm@3', 'click-fm@4', 'click-lr@1']);
    await whenServed(apps, 'click-fm@3', 'click-fm@4', 'click-lr@1');
  });

  it('are the named ones under specific, the labelled ones under labels, and none under no label', async () => {
    expect(await apps.admin.setModelPolicy('click-fm', { specific: { versions: ['1', '3'] } })).toMatchObject({
      isDefault: false,
    });
    expect(await wanted(apps)).toEqual(['click-fm@1', 'click-fm@3', 'click-lr@1']);
    await apps.admin.labelModel('click-fm', '4', 'canary');
    await apps.admin.setModelPolicy('click-fm', { labels: ['canary'] });
    expect(await wanted(apps)).toEqual(['click-fm@4', 'click-lr@1']);
    await apps.admin.setModelPolicy('click-fm', { labels: [] });
    await apps.admin.setModelPolicy('click-lr', { labels: [] });
    expect(await wanted(apps)).toEqual(['click-lr@1']);
    expect(await model('click-lr@1')).toMatchObject({ reasons: ['champion'] });
    expect(await apps.admin.setModelPolicy('click-fm')).toMatchObject({ isDefault: true });
    await whenServed(apps, 'click-lr@1');
  });

  it('are told apart by kind, and one light click model stands by', async () => {
    expect((await call(apps, 'PUT', '/v1/models/sale-fm/1/labels/champion')).status).toBe(204);
    await apps.admin.labelModel('click-fm', '1', 'light');
    expect((await call(apps, 'GET', '/v1/serving-set')).body).toMatchObject({
      defaults: { ctr: 'click-lr@1', cvr: 'sale-fm@1', light: 'click-fm@1' },
    });
    await whenServed(apps, 'click-fm@1', 'click-lr@1', 'sale-fm@1');
    await apps.admin.unlabelModel('sale-fm', '1', 'champion');
    await apps.admin.unlabelModel('click-fm', '1', 'light');
    await whenServed(apps, 'click-lr@1');
    expect((await apps.state()).models.previous).toMatchObject([{ reference: 'sale-fm@1' }]);
  });

  it.each<[string, string, string, unknown, number, string]>([
    ['no policy', 'PUT', 'click-fm/policy', {}, 400, 'policy'],
    ['two policies', 'PUT', 'click-fm/policy', { policy: { labels: [], latest: { versions: 1 } } }, 400, 'policy'],
    ['an empty policy', 'PUT', 'click-fm/policy', { policy: {} }, 400, 'policy'],
    ['none of the newest', 'PUT', 'click-fm/policy', { policy: { latest: { versions: 0 } } }, 400, 'latest.versions'],
    ['a label with capitals', 'PUT', 'click-fm/policy', { policy: { labels: ['Best'] } }, 400, 'policy.labels[0]'],
    [
      'a version that is not there',
      'PUT',
      'click-fm/policy',
      { policy: { specific: { versions: ['1', '9'] } } },
      404,
      'policy.specific.versions[1]',
    ],
    ['the policy of an unknown name', 'GET', 'nobody/policy', undefined, 404, 'name'],
    ['an unknown version', 'POST', 'click-fm/versions/9/load', undefined, 404, 'version'],
    ['a name that no database holds', 'POST', 'click%00/versions/9/load', undefined, 404, 'version'],
    ['a label of an unknown version', 'PUT', 'click-fm/versions/9/labels/light', undefined, 404, 'version'],
    ['a label that is no name', 'PUT', 'click-fm/versions/1/labels/A', undefined, 400, 'label'],
    ['a light conversion model', 'PUT', 'sale-fm/versions/1/labels/light', undefined, 400, 'label'],
    ['to remove a label that is not there', 'DELETE', 'click-fm/versions/1/labels/light', undefined, 404, 'label'],
    ['to take the only click champion', 'DELETE', 'click-lr/versions/1/labels/champion', undefined, 409, 'label'],
  ])('refuses %s, naming the field', async (_what, method, path, body, status, field) => {
    const answer = await call(apps, method, `/v1/models/${path}`, body);
    expect(answer.status).toBe(status);
    expect((answer.body as { field: string }).field).toContain(field);
    expect(await wanted(apps)).toEqual(['click-lr@1']);
  });
});
