import { REFRESH_MS, TestApps } from '../setup/test-apps';
import { experimentBody, publishTreatment, type DesignChanges } from './test-experiment';

const KEYS = { ann: 'a-long-enough-key-of-ann', bob: 'a-long-enough-key-of-bob', admin: 'key-of-an-admin-person' };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** Both apps with keys: ann makes experiments, bob approves what is above half of the traffic, admin may all. */
export class StepBench {
  private constructor(readonly apps: TestApps) {}

  static async start(): Promise<StepBench> {
    const apps = await TestApps.start({
      ownsFlags: true,
      environment: 'development',
      adminKey: KEYS.admin,
      experiments: {
        ADLIFT_OPEN_ACCESS: 'false',
        APPROVAL_ABOVE_PERCENT: '50',
        LIFECYCLE_INTERVAL_MS: String(REFRESH_MS),
        ADLIFT_CREDENTIALS: JSON.stringify([
          { name: 'admin', key: KEYS.admin, grants: ['admin', 'models'] },
          { name: 'ann', key: KEYS.ann, grants: ['experimenter'] },
          { name: 'bob', key: KEYS.bob, grants: ['approver'] },
        ]),
      },
      predictor: { EXPERIMENTS_KEY: KEYS.admin },
    });
    await publishTreatment(apps);
    return new StepBench(apps);
  }

  /** A call below /v1/experiments. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    who: keyof typeof KEYS = 'ann',
  ): Promise<Answer> {
    const answer = await fetch(`${this.apps.experimentsUrl}/v1/experiments${path}`, {
      method,
      headers: { authorization: `Bearer ${KEYS[who]}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] };
  }

  /** What ann posts. */
  post(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }

  /** Bob's approval. */
  approve(key: string, body: object = {}): Promise<Answer> {
    return this.send('POST', `/${key}/approve`, body, {}, 'bob');
  }

  /** A draft of 50 % of the traffic, which one person may start. */
  async draft(key: string, extra: object = {}, changes: DesignChanges = {}): Promise<void> {
    const made = await this.post('', { ...experimentBody(key, { rollout: 50, ...changes }), ...extra });
    expect(made).toMatchObject({ status: 201, body: { state: 'draft', revision: 1 } });
  }

  async started(key: string, extra: object = {}, changes: DesignChanges = {}): Promise<void> {
    await this.draft(key, extra, changes);
    expect(await this.post(`/${key}/start`)).toMatchObject({ status: 200, body: { state: 'running', phase: 1 } });
  }

  async stateOf(key: string): Promise<unknown> {
    return (await this.send('GET', `/${key}`)).body['state'];
  }

  /** Gives the traffic back to whatever comes next. */
  async endAll(): Promise<void> {
    const { admin } = this.apps;
    for (const { key, state } of await admin.experiments())
      if (state === 'running' || state === 'paused') await admin.stepExperiment(key, 'abort');
  }
}
