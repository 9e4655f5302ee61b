import { Worker } from 'node:worker_threads';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { AaMetric, AaReport, PowerPlan } from '@adlift/client';
import { DomainError } from '@adlift/problem';
import { wilsonInterval } from '@adlift/statistics';
import { threadEntry } from '@adlift/threads';
import { historyMetrics } from './history-metric';
import type { AaBody, PowerBody } from './planning-body';
import { planPower } from './plan-power';
import type { AaCounts, AaPlan } from './replay-aa';
import { UnitHistoryStore, type UnitHistory } from './unit-history';

/** Of the intervals of rates that are compared with alpha: several metrics are looked at. */
const INTERVAL_ALPHA = 0.01;

/** Answers, from what units did lately, how large an experiment must be and whether its metrics can be trusted. */
@Injectable()
export class PlanningService implements OnApplicationShutdown {
  private replaying: Worker | undefined;

  constructor(private readonly histories: UnitHistoryStore) {}

  /** Throws `failed_precondition` when the traffic of these days says too little. */
  async power(body: PowerBody): Promise<PowerPlan> {
    const history = await this.histories.read(body.days);
    const metric = historyMetrics(history).find(({ definition }) => definition.name === body.goal);
    if (metric === undefined) throw new TypeError(`there is no metric ${body.goal}`);
    return planPower(metric, history, body);
  }

  /**
   * Splits the units of the last days at random again and again, one call at a time. Throws `failed_precondition` as
   * `power` does, and `overloaded` while another call is at it.
   */
  async aa({ days, weights, replays, alpha, seed }: AaBody): Promise<AaReport> {
    const history = await this.histories.read(days);
    // The first arms: the others get the same.
    const shares = [(weights[0] ?? 0) / 100, (weights[1] ?? 0) / 100] as const;
    const counts = await this.replay(history, { shares, replays, alpha, seed });
    return {
      history: { days, units: history.units },
      ...{ replays, alpha, metrics: counts.map((count) => metricOf(count, alpha)) },
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.replaying?.terminate();
  }

  private async replay(history: UnitHistory, plan: AaPlan): Promise<readonly AaCounts[]> {
    if (this.replaying !== undefined)
      throw new DomainError('overloaded', 'another A/A replay is running; try again in a minute', undefined, 60);
    const { filename, execArgv } = threadEntry(__dirname, 'aa-thread');
    const worker = new Worker(filename, { execArgv, workerData: { history, plan } });
    this.replaying = worker;
    try {
      return await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
        worker.once('exit', () => reject(new DomainError('unavailable', 'this app is shutting down', undefined, 1)));
      });
    } finally {
      this.replaying = undefined;
    }
  }
}

function metricOf({ metric, inferred, fixed, sequential }: AaCounts, alpha: number): AaMetric {
  const rate = (rejected: number): AaMetric['fixed'] =>
    inferred === 0
      ? null
      : { rate: rejected / inferred, ...wilsonInterval({ successes: rejected, units: inferred }, INTERVAL_ALPHA) };
  const rates = { fixed: rate(fixed), sequential: rate(sequential) };
  return { metric, inferred, ...rates, ok: [rates.fixed, rates.sequential].every((one) => (one?.low ?? 0) <= alpha) };
}
