import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { inSpan } from '@adlift/telemetry';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import type { FlagCall } from './flag-calls';
import { readFlag, type FoundFlag } from './unleash-flag';

/** A call of Unleash's admin API. */
export interface UnleashCall {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const TIMEOUT_MS = 10_000;
const OURS = 'Made by Adlift.';
const DESCRIPTION = `${OURS} Change the experiment through the admin API of Adlift, not here.`;

/** The few calls of Unleash's admin API that are needed. Every failure is a DomainError `upstream_failed`. */
@Injectable()
export class UnleashAdmin {
  private readonly features: string;
  private readonly environment: string;

  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment) {
    this.features = `/api/admin/projects/${encodeURIComponent(config.UNLEASH_PROJECT)}/features`;
    this.environment = encodeURIComponent(config.UNLEASH_ENVIRONMENT);
  }

  /** The flag as it is now; undefined when there is none, an archived one being none. */
  async read(flag: string): Promise<FoundFlag | undefined> {
    const answer = await this.send({ method: 'GET', path: this.feature(flag) }, [404]);
    if (answer === undefined) return undefined;
    try {
      const found = readFlag(answer, this.config.UNLEASH_ENVIRONMENT);
      return found.archived ? undefined : found;
    } catch (error) {
      throw new DomainError('upstream_failed', `Unleash answered what is no flag: ${(error as Error).message}`);
    }
  }

  /** Whether the flag was made by Adlift. */
  isOurs({ description }: FoundFlag): boolean {
    return description.startsWith(OURS);
  }

  /** The call that asks Unleash for a change of the flag. */
  callFor(flag: string, change: FlagCall): UnleashCall {
    const inEnvironment = `${this.feature(flag)}/environments/${this.environment}`;
    switch (change.call) {
      case 'create': {
        const body = { name: flag, description: DESCRIPTION, type: change.type, impressionData: false };
        return { method: 'POST', path: this.features, body };
      }
      case 'add strategy':
        return { method: 'POST', path: `${inEnvironment}/strategies`, body: change.strategy };
      case 'set strategy':
        return { method: 'PUT', path: `${inEnvironment}/strategies/${change.id}`, body: change.strategy };
      case 'remove strategy':
        return { method: 'DELETE', path: `${inEnvironment}/strategies/${change.id}` };
      case 'set type': {
        const body = [{ op: 'replace', path: '/type', value: change.type }];
        return { method: 'PATCH', path: this.feature(flag), body };
      }
      case 'remove parents':
        return { method: 'DELETE', path: `${this.feature(flag)}/dependencies` };
      case 'add parent':
        return { method: 'POST', path: `${this.feature(flag)}/dependencies`, body: change.parent };
      case 'switch on':
        return { method: 'POST', path: `${inEnvironment}/on` };
      case 'switch off':
        return { method: 'POST', path: `${inEnvironment}/off` };
      case 'archive':
        return { method: 'DELETE', path: this.feature(flag) };
    }
  }

  async change(flag: string, change: FlagCall): Promise<void> {
    await this.send(this.callFor(flag, change));
  }

  private feature(flag: string): string {
    return `${this.features}/${encodeURIComponent(flag)}`;
  }

  /** Undefined for an answer without a body, and for one whose status is among `accepted`. */
  private send(call: UnleashCall, accepted: readonly number[] = []): Promise<unknown> {
    const attributes = { 'http.request.method': call.method, 'url.full': this.config.UNLEASH_URL + call.path };
    return inSpan(`unleash ${call.method}`, attributes, [], () => this.fetch(call, accepted));
  }

  private async fetch({ method, path, body }: UnleashCall, accepted: readonly number[]): Promise<unknown> {
    let status: number;
    let text: string;
    try {
      const answer = await fetch(this.config.UNLEASH_URL + path, {
        method,
        headers: { authorization: this.config.UNLEASH_ADMIN_TOKEN, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = answer.status;
      text = await answer.text();
    } catch (error) {
      throw new DomainError('upstream_failed', `Unleash did not answer ${method} ${path}: ${(error as Error).message}`);
    }
    if (accepted.includes(status)) return undefined;
    if (status < 200 || status >= 300)
      throw new DomainError(
        'upstream_failed',
        `Unleash answered ${status} to ${method} ${path}: ${text.slice(0, 500)}`,
      );
    return parsed(text);
  }
}

/** Undefined also for what is not JSON: Unleash answers some changes in words. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
