import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { inSpan } from '@adlift/telemetry';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';

export interface UnleashVariant {
  readonly name: string;
  /** Per mille. */
  readonly weight: number;
  readonly weightType: 'fix' | 'variable';
  readonly stickiness: string;
  readonly payload: { readonly type: 'json'; readonly value: string };
}

export interface UnleashStrategy {
  readonly name: string;
  readonly constraints: readonly unknown[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly variants: readonly UnleashVariant[];
}

const TIMEOUT_MS = 10_000;

/** The few calls of Unleash's admin API that are needed. Every failure is a DomainError `upstream_failed`. */
@Injectable()
export class UnleashAdmin {
  private readonly features: string;
  private readonly environment: string;

  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment) {
    this.features = `/api/admin/projects/${encodeURIComponent(config.UNLEASH_PROJECT)}/features`;
    this.environment = encodeURIComponent(config.UNLEASH_ENVIRONMENT);
  }

  /** Throws `already_exists` when Unleash has, or had, a flag of this name. */
  async createFlag(name: string, description: string): Promise<void> {
    await this.call('POST', this.features, { name, description, type: 'experiment', impressionData: false });
  }

  async addStrategy(flag: string, strategy: UnleashStrategy): Promise<void> {
    await this.call('POST', `${this.inEnvironment(flag)}/strategies`, strategy);
  }

  async switchOn(flag: string): Promise<void> {
    await this.call('POST', `${this.inEnvironment(flag)}/on`);
  }

  async switchOff(flag: string): Promise<void> {
    await this.call('POST', `${this.inEnvironment(flag)}/off`);
  }

  /** Archives the flag and deletes it, so that its name is free again. */
  async removeFlag(flag: string): Promise<void> {
    await this.call('DELETE', `${this.features}/${encodeURIComponent(flag)}`);
    await this.call('DELETE', `/api/admin/archive/${encodeURIComponent(flag)}`);
  }

  private inEnvironment(flag: string): string {
    return `${this.features}/${encodeURIComponent(flag)}/environments/${this.environment}`;
  }

  private call(method: string, path: string, body?: unknown): Promise<void> {
    const attributes = { 'http.request.method': method, 'url.full': this.config.UNLEASH_URL + path };
    return inSpan(`unleash ${method}`, attributes, [], () => this.send(method, path, body));
  }

  private async send(method: string, path: string, body: unknown): Promise<void> {
    let answer: Response;
    try {
      answer = await fetch(this.config.UNLEASH_URL + path, {
        method,
        headers: { authorization: this.config.UNLEASH_ADMIN_TOKEN, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      throw new DomainError('upstream_failed', `Unleash did not answer ${method} ${path}: ${(error as Error).message}`);
    }
    if (answer.ok) return;
    const said = (await answer.text()).slice(0, 500);
    const code = answer.status === 409 ? 'already_exists' : 'upstream_failed';
    throw new DomainError(code, `Unleash answered ${answer.status} to ${method} ${path}: ${said}`);
  }
}
