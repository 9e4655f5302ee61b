import { uniform } from './random';
import { Stream } from './stream';
import type { ArmTruth } from './truth';
import type { World } from './world';

/** A part of every campaign's budget: whose it is, and its share of the whole, (0, 1]. */
export interface BudgetPart {
  readonly arm: string;
  readonly share: number;
}

/** All of every budget, for everybody. */
export const SHARED: BudgetPart = { arm: '', share: 1 };

/** What is left of the budgets, by arm and campaign. */
export class CampaignBudgets {
  private readonly spent = new Map<string, Float64Array>();

  /** `budgetMicros` by campaign; Infinity for one that never runs out. */
  constructor(private readonly budgetMicros: Float64Array) {}

  /** Whether the arm's part of the budget still pays the bid, micros. */
  canPay({ arm, share }: BudgetPart, campaign: number, bidMicros: number): boolean {
    return this.of(arm)[campaign] + bidMicros <= this.budgetMicros[campaign] * share;
  }

  pay({ arm }: BudgetPart, campaign: number, bidMicros: number): void {
    this.of(arm)[campaign] += bidMicros;
  }

  private of(arm: string): Float64Array {
    const spent = this.spent.get(arm) ?? new Float64Array(this.budgetMicros.length);
    this.spent.set(arm, spent);
    return spent;
  }
}

/** Share of the campaigns whose budget binds, and what that is of their unconstrained spend, from and to. */
const BOUND = 0.95;
const SCARCE = [0.15, 0.4] as const;

/**
 * Budgets that run out, by campaign, micros: 95 % of the campaigns have 15 to 40 % of what they would spend if nothing
 * bound them, `unbound`, the others are never empty.
 */
export function scarceBudgets({ seed, campaigns }: World, { spendByCampaign }: ArmTruth): Float64Array {
  const [least, most] = SCARCE;
  return Float64Array.from(campaigns, (_, campaign) =>
    uniform(seed, Stream.campaignBound, campaign) < BOUND
      ? spendByCampaign[campaign] * (least + (most - least) * uniform(seed, Stream.campaignScarcity, campaign))
      : Infinity,
  );
}
