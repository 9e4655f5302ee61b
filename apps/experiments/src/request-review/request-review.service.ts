import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCKS, inOneProcess } from '@adlift/persistence';
import { BackgroundJob } from '../background/background-job';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { armRule, type ArmRule } from './arm-rule';
import { judgeAssignments } from './judge-assignments';
import { RequestReviewStore } from './request-review-store';

/** Requests looked at in one turn; they are read and judged in about a second. */
const MOST_REQUESTS = 20_000;
/** At most this share of the time goes into looking. */
const BUSY_SHARE = 0.25;
/** A turn that took long once does not blind the checks for long. */
const LONGEST_PAUSE_MS = 60_000;
/** A request is looked at when its exposure has had this long to be stored, beyond what predictors say they hold. */
const SETTLED_MS = 2000;
/** What a predictor holds for longer fails a check of its own, and is not waited for. */
const LONGEST_HELD_MS = 60_000;
/** How far back the first turn looks. */
const FIRST_LOOK_MS = 86_400_000;
const REMEMBERED_FLAGS = 1000;

/**
 * Looks through the prediction log as it grows, one process at a time: whether requests got the arm that their flag
 * gives to their unit, whether their units are exposed, and how long their answers took. Where more is logged between
 * two turns than one turn takes, the newest are looked at: a sample of every arm alike. What is found is added up by
 * phase, so that a report reads a few rows and none of the log.
 */
@Injectable()
export class RequestReviewService extends BackgroundJob {
  private readonly rules = new LRUCache<string, { rule: ArmRule | undefined }>({ max: REMEMBERED_FLAGS });

  constructor(
    @InjectDataSource() private readonly source: DataSource,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {
    super('request-review', 'requests are not looked through', config.REQUEST_REVIEW_MS);
  }

  protected async turn(): Promise<number> {
    const started = performance.now();
    await inOneProcess(this.source, ADVISORY_LOCKS.requestReview, (manager) => this.review(manager));
    const rest = Math.min(LONGEST_PAUSE_MS, (performance.now() - started) / BUSY_SHARE);
    return Math.max(this.config.REQUEST_REVIEW_MS, rest);
  }

  private async review(manager: EntityManager): Promise<void> {
    const store = new RequestReviewStore(manager);
    const { throughMs, nowMs, heldMs } = await store.state();
    const fromMs = Math.round(throughMs ?? nowMs - FIRST_LOOK_MS);
    const toMs = Math.floor(nowMs - SETTLED_MS - Math.min(heldMs, LONGEST_HELD_MS));
    if (toMs <= fromMs) return;
    await store.take({ fromMs, toMs, limit: MOST_REQUESTS });
    const served = await store.servedArms();
    await this.learnFlags(store, new Set(served.flatMap(({ digest, exposed }) => [digest, exposed?.digest ?? digest])));
    await store.addFindings(judgeAssignments(served, (digest) => this.rules.get(digest)?.rule));
    await store.listUnexposed();
    await store.addLatencies();
    await store.reviewedThrough(toMs);
  }

  private async learnFlags(store: RequestReviewStore, digests: ReadonlySet<string>): Promise<void> {
    const unknown = [...digests].filter((digest) => !this.rules.has(digest));
    if (unknown.length === 0) return;
    for (const [digest, flag] of await store.flags(unknown)) this.rules.set(digest, { rule: armRule(flag) });
  }
}
