import { testServers, type UnleashEnvironment } from './test-servers';

/** A strategy as Unleash's admin API answers it. */
export interface StrategyByHand {
  readonly id: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly variants: readonly {
    readonly name: string;
    readonly weight: number;
    readonly weightType: string;
    readonly payload?: { readonly value: string };
  }[];
}

/** What a person sees and does by hand in Unleash, to one flag in one environment. */
export class UnleashByHand {
  private readonly feature: string;

  constructor(
    flag: string,
    private readonly environment: UnleashEnvironment,
  ) {
    this.feature = `/features/${flag}`;
  }

  async switchOff(): Promise<void> {
    await this.inEnvironment('POST', '/off');
  }

  async switchOn(): Promise<void> {
    await this.inEnvironment('POST', '/on');
  }

  async setRollout(percent: number): Promise<void> {
    await this.changeStrategy((strategy) => ({
      ...strategy,
      parameters: { ...strategy.parameters, rollout: String(percent) },
    }));
  }

  /** Replaces the flag's first strategy by what `change` makes of it. */
  async changeStrategy(change: (strategy: Omit<StrategyByHand, 'id'>) => object): Promise<void> {
    const [strategy] = await this.strategies();
    if (strategy === undefined) throw new Error(`${this.feature} has no strategy`);
    const { id, ...rest } = strategy;
    await this.inEnvironment('PUT', `/strategies/${id}`, change(rest));
  }

  async addStrategy(strategy: object): Promise<void> {
    await this.inEnvironment('POST', '/strategies', strategy);
  }

  async strategies(): Promise<StrategyByHand[]> {
    return (await this.inEnvironment('GET', '/strategies')) as StrategyByHand[];
  }

  /** Makes the flag, as somebody else would. */
  async create(): Promise<void> {
    const name = this.feature.replace('/features/', '');
    await unleashCall('POST', '/features', { name, description: 'of somebody else', type: 'release' });
  }

  /** Undefined when there is no such flag. */
  async read(): Promise<{ enabled: boolean; strategies: StrategyByHand[] } | undefined> {
    const flag = (await unleashCall('GET', this.feature, undefined, [404])) as
      | { environments: { name: string; enabled: boolean; strategies: StrategyByHand[] }[]; archived?: boolean }
      | undefined;
    if (flag === undefined || flag.archived === true) return undefined;
    const own = flag.environments.find(({ name }) => name === this.environment);
    return { enabled: own?.enabled ?? false, strategies: own?.strategies ?? [] };
  }

  private inEnvironment(method: string, path: string, body?: unknown): Promise<unknown> {
    return unleashCall(method, `${this.feature}/environments/${this.environment}${path}`, body);
  }
}

async function unleashCall(
  method: string,
  path: string,
  body?: unknown,
  accepted: readonly number[] = [],
): Promise<unknown> {
  const { unleashUrl, unleashAdminToken } = testServers();
  const answer = await fetch(`${unleashUrl}/api/admin/projects/default${path}`, {
    method,
    headers: { authorization: unleashAdminToken, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (accepted.includes(answer.status)) return undefined;
  if (!answer.ok) throw new Error(`Unleash answered ${answer.status} to ${method} ${path}: ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
