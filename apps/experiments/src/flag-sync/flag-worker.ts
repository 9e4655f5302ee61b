import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCKS, inOneProcess } from '@adlift/persistence';
import { DomainError } from '@adlift/problem';
import { observe } from '@adlift/telemetry';
import { BackgroundJob } from '../background/background-job';
import { flagCalls } from './flag-calls';
import { FlagOutbox, type PendingPlan } from './flag-outbox';
import type { FlagPlan } from './flag-plan';
import { plannedFlags } from './planned-flags';
import { UnleashAdmin, type UnleashCall } from './unleash-admin';

const IDLE_MS = 250;
const AWAY_MS = 1000;
/** A caller waits this long for Unleash to follow; the worker goes on after it. */
const SETTLE_MS = 5000;
const SETTLE_POLL_MS = 20;

/**
 * Carries out the plans of the outbox, one process at a time. Each turn starts from what Unleash says now, so a
 * process that ends anywhere in it leaves only what the next turn completes.
 */
@Injectable()
export class FlagWorker extends BackgroundJob {
  private failing = 0;

  constructor(
    @InjectDataSource() private readonly source: DataSource,
    private readonly outbox: FlagOutbox,
    private readonly unleash: UnleashAdmin,
  ) {
    super('flag-sync', 'flags wait', AWAY_MS);
  }

  override onApplicationBootstrap(): void {
    observe('adlift_flag_plans_failing', 'Flags that this process could not bring up to date at its last turn', () => [
      [this.failing, {}],
    ]);
    super.onApplicationBootstrap();
  }

  /** The calls that the plan would need now; all of a new flag when Unleash is away. */
  async preview(name: string, plan: FlagPlan): Promise<UnleashCall[]> {
    const calls: UnleashCall[] = [];
    for (const [flag, wanted] of plannedFlags(name, plan)) {
      const found = await this.unleash.read(flag).catch(() => undefined);
      calls.push(...flagCalls(found, wanted).map((change) => this.unleash.callFor(flag, change)));
    }
    return calls;
  }

  /** Resolves when Unleash says what it shall of the flag, when it has refused, or when this takes too long. */
  async settle(flag: string): Promise<void> {
    const deadline = Date.now() + SETTLE_MS;
    this.wake();
    while (Date.now() < deadline) {
      const state = (await this.outbox.states([flag])).get(flag)?.state;
      if (state !== 'pending') return;
      await delay(SETTLE_POLL_MS);
    }
  }

  protected async turn(): Promise<number> {
    await inOneProcess(this.source, ADVISORY_LOCKS.flagSync, async (manager) => {
      let failing = 0;
      for (const pending of await this.outbox.due(manager)) failing += (await this.carryOut(manager, pending)) ? 0 : 1;
      this.failing = failing;
    });
    return IDLE_MS;
  }

  private async carryOut(manager: EntityManager, pending: PendingPlan): Promise<boolean> {
    try {
      await this.apply(pending);
      await this.outbox.done(manager, pending);
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (pending.attempts === 0) this.logger.warn(`flag ${pending.flag} waits: ${error.message}`);
      await this.outbox.failed(manager, pending, error.message);
      return false;
    }
  }

  private async apply(pending: PendingPlan): Promise<void> {
    for (const [flag, wanted] of plannedFlags(pending.flag, pending.plan)) {
      const found = await this.unleash.read(flag);
      if (found !== undefined && !this.unleash.isOurs(found)) throw foreignFlag(flag);
      for (const change of flagCalls(found, wanted)) await this.unleash.change(flag, change);
    }
  }
}

/** Unleash has a flag of the experiment's name that somebody else made. */
export function foreignFlag(flag: string): DomainError {
  return new DomainError(
    'failed_precondition',
    `Unleash has a flag "${flag}" that Adlift did not make; clone the experiment under another key or layer`,
    'key',
  );
}
