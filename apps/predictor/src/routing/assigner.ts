import { Injectable } from '@nestjs/common';
import { decide, outside, parsePlan, type Assignment, type Decision, type VariantPlan } from '@adlift/assignment';
import { Ledger, type Exposure } from '@adlift/ledger';
import { RecentKeys } from '@adlift/memory';
import { InvalidField, type PredictRequest } from '@adlift/wire';
import { budgetOfArm, restOfBudgets, WHOLE_BUDGET, type BudgetPart } from './budget-part';
import { FlagRecorder } from './flag-recorder';
import { FlagSource, type ExperimentFlag, type UnitKind } from './flag-source';

/** Units whose exposure was handed over lately; a unit that falls out is only exposed again, which counts nothing. */
const REMEMBERED_EXPOSURES = 200_000;

/** What a request is to be served, and where its unit stands in every experiment. */
export interface Route {
  readonly assignments: readonly Assignment[];
  /** The plan of the experiment the unit is in; undefined for the default models. */
  readonly plan: VariantPlan | undefined;
  readonly forced: boolean;
  /** Whose events those of the answer are: the unit of the experiment it is in, otherwise the user; empty for nobody. */
  readonly unitId: string;
  readonly budget: BudgetPart;
}

/** Routes requests to variants, and writes each unit's exposure before its first answer. */
@Injectable()
export class Assigner {
  private readonly exposed = new RecentKeys(REMEMBERED_EXPOSURES);
  /** What units in no arm may spend, as long as the flags stay the same. */
  private rest: { flags: readonly ExperimentFlag[]; part: BudgetPart } = { flags: [], part: WHOLE_BUDGET };
  /** Units that got no experiment because their exposure could not be kept. */
  unloggedExposures = 0;

  constructor(
    private readonly source: FlagSource,
    private readonly recorder: FlagRecorder,
    private readonly ledger: Ledger,
  ) {}

  /** Throws InvalidField when `force_variant` names no variant. */
  route(request: PredictRequest, predictionId: string, timeMs: number): Route {
    return this.decided(request, (decision, unitId, kind) => {
      const { country, device } = request.routing;
      return this.expose(decision, kind, { unitId, predictionId, timeMs, country, device });
    });
  }

  /** The route that the request would get, without exposing its unit. Throws as {@link route} does. */
  preview(request: PredictRequest): Route {
    return this.decided(request, () => true);
  }

  private decided(
    request: PredictRequest,
    expose: (decision: Decision, unitId: string, kind: UnitKind) => boolean,
  ): Route {
    if (request.forceVariant !== '') return this.force(request);
    const units = unitsOf(request);
    const heldOut = units.user !== '' && this.source.heldOut(units.user);
    let unitId = units.user;
    let plan: VariantPlan | undefined;
    const flags = this.recorder.current();
    let budget = this.restOf(flags);
    const assignments = flags.map((flag) => {
      if (heldOut) return outside(flag, 'holdout');
      const own = units[flag.unit];
      const decision = decide(flag, own, (unit) => this.source.evaluate(flag.experiment, unit, request.routing));
      // One plan can be carried out; flags that overlap it are not ours, and their arms were not served.
      if (plan !== undefined && decision.plan !== undefined) return outside(flag, 'traffic_taken');
      requireCurrency(request.currency, decision.plan, flag.experiment);
      const exposed = decision.plan === undefined || expose(decision, own, flag.unit);
      if (!exposed) return outside(flag, 'exposure_unlogged');
      if (decision.plan !== undefined) unitId = own;
      plan ??= decision.plan;
      if (decision.plan?.budgetShare !== undefined)
        budget = budgetOfArm(decision.assignment, decision.plan, this.source.heldOutShare());
      return decision.assignment;
    });
    return { assignments, plan, forced: false, unitId, budget };
  }

  private expose({ assignment }: Decision, kind: UnitKind, entry: Omit<Exposure, 'assignment'>): boolean {
    const { unitId } = entry;
    const key = `${assignment.experiment}\n${assignment.phase}\n${assignment.assigned}\n${unitId}`;
    if (this.exposed.has(key)) return true;
    if (!this.ledger.expose({ assignment, ...entry })) {
      this.unloggedExposures++;
      return false;
    }
    // A request comes once.
    if (kind !== 'request') this.exposed.add(key);
    return true;
  }

  private force(request: PredictRequest): Route {
    const { forceVariant, currency } = request;
    const [experiment = '', variant = '', ...more] = forceVariant.split(':');
    const flag = this.recorder.current().find((one) => one.experiment === experiment);
    const plan = parsePlan(flag?.payloads.get(variant));
    if (flag === undefined || plan === undefined || more.length > 0) {
      throw new InvalidField(
        'force_variant',
        `"${forceVariant}" is not a variant of a running experiment ("experiment:variant")`,
      );
    }
    requireCurrency(currency, plan, experiment);
    const assignment: Assignment = {
      experiment,
      phase: plan.phase,
      assigned: variant,
      served: variant,
      reason: 'forced',
      flagDigest: flag.digest,
    };
    // What is forced is not part of an analysis, so it spends nothing of an arm.
    const budget = this.restOf(this.recorder.current());
    return { assignments: [assignment], plan, forced: true, unitId: unitsOf(request).user, budget };
  }

  private restOf(flags: readonly ExperimentFlag[]): BudgetPart {
    if (this.rest.flags !== flags) {
      const payloads = flags.map((flag) => flag.payloads);
      this.rest = { flags, part: restOfBudgets(payloads, this.source.heldOutShare()) };
    }
    return this.rest.part;
  }
}

/** The request's unit of each kind; with limited privacy it has none. */
function unitsOf({ privacy, unitId, sessionId, requestId }: PredictRequest): Readonly<Record<UnitKind, string>> {
  return privacy === 'LIMITED' ? NO_UNITS : { user: unitId, session: sessionId, request: requestId };
}

const NO_UNITS = { user: '', session: '', request: '' };

/** Amounts of several currencies cannot be added up. */
function requireCurrency(currency: string, plan: VariantPlan | undefined, experiment: string): void {
  if (plan === undefined || currency === '' || plan.currency === '' || currency === plan.currency) return;
  throw new InvalidField(
    'currency',
    `experiment "${experiment}" counts in ${plan.currency}, the request bids in ${currency}`,
  );
}
