import { planServing, type RegisteredVersion, type ServingFacts } from './plan-serving';

const version = (reference: string): RegisteredVersion => {
  const [name = '', number = ''] = reference.split('@');
  return { name, version: number, kind: 'ctr', digest: `digest of ${reference}` };
};

/** References of what is wanted, with the reasons. */
function wanted(facts: Partial<ServingFacts>): Record<string, readonly string[]> {
  const versions = ['a@1', 'a@2', 'b@1', 'a@3'].map(version);
  const plan = planServing({ versions, labels: [], policies: [], requests: [], uses: [], ...facts });
  return Object.fromEntries(plan.filter((one) => one.wanted).map(({ reference, reasons }) => [reference, reasons]));
}

const label = (name: string, reference: string): ServingFacts['labels'][number] => ({
  label: name,
  ...version(reference),
});
const use = (experiment: string, state: 'draft' | 'running', reference: string): ServingFacts['uses'][number] => ({
  experiment,
  state,
  reference,
});
const request = (reference: string, asked: boolean | null, generation = 0): ServingFacts['requests'][number] => ({
  ...version(reference),
  wanted: asked,
  generation,
});

describe('the plan of what is served', () => {
  it('is empty without labels, policies, requests and experiments', () => {
    expect(wanted({})).toEqual({});
  });

  it('counts the newest by registration, each name for itself', () => {
    const policies = ['a', 'b'].map((name) => ({ name, policy: { latest: { versions: 2 } } }));
    expect(wanted({ policies })).toEqual({
      'a@2': ['policy: latest 2'],
      'a@3': ['policy: latest 2'],
      'b@1': ['policy: latest 2'],
    });
  });

  it('holds roles and started experiments whatever the policy and a request say', () => {
    const facts = {
      policies: [{ name: 'a', policy: { labels: [] } }],
      labels: [label('champion', 'a@1'), label('light', 'b@1'), label('challenger', 'a@2')],
      uses: [use('x', 'running', 'a@3')],
      requests: ['a@1', 'b@1', 'a@2', 'a@3'].map((reference) => request(reference, false)),
    };
    expect(wanted(facts)).toEqual({ 'a@1': ['champion'], 'b@1': ['light'], 'a@3': ['experiment x is running'] });
  });

  it('loads the arms of a draft ahead, unless one was unloaded by hand', () => {
    const uses = [use('x', 'draft', 'a@1'), use('x', 'draft', 'b@1')];
    expect(wanted({ uses, requests: [request('b@1', false)] })).toEqual({ 'a@1': ['experiment x is a draft'] });
  });

  it('gives every reason, and takes a reload for no request to load', () => {
    const facts = {
      labels: [label('champion', 'a@1')],
      uses: [use('x', 'running', 'a@1'), use('y', 'draft', 'a@1')],
      requests: [request('a@1', true, 2), request('a@2', null, 1)],
    };
    expect(wanted(facts)).toEqual({
      'a@1': [
        'champion',
        'experiment x is running',
        'loaded by hand',
        'policy: label champion',
        'experiment y is a draft',
      ],
    });
  });
});
