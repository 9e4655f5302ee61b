import { testServers, type UnleashEnvironment } from './test-servers';

/** What a person does by hand in Unleash: switch a flag off, or move its rollout. */
export class UnleashByHand {
  constructor(
    private readonly flag: string,
    private readonly environment: UnleashEnvironment,
  ) {}

  async switchOff(): Promise<void> {
    await this.call('POST', '/off');
  }

  async setRollout(percent: number): Promise<void> {
    const [strategy] = (await this.call('GET', '/strategies')) as [Strategy];
    const { id, ...rest } = strategy;
    const parameters = { ...rest.parameters, rollout: String(percent) };
    await this.call('PUT', `/strategies/${id}`, { ...rest, parameters });
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { unleashUrl, unleashAdminToken } = testServers();
    const base = `${unleashUrl}/api/admin/projects/default/features/${this.flag}/environments/${this.environment}`;
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: unleashAdminToken, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Unleash answered ${answer.status} to ${method} ${path}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}

interface Strategy {
  readonly id: string;
  readonly parameters: Readonly<Record<string, string>>;
}
