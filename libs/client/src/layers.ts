import type { FlagSyncView, SlotRangeView } from './experiments';
import type { ExperimentState } from './report';

/** Experiments that share traffic without sharing units. */
export interface LayerView {
  readonly name: string;
  /** Name of its flag in Unleash. */
  readonly flag: string;
  readonly experiments: readonly {
    readonly key: string;
    readonly state: ExperimentState;
    readonly slots: readonly SlotRangeView[];
  }[];
  /** Slots that no experiment holds. */
  readonly free: readonly SlotRangeView[];
}

/** The units that no experiment gets. */
export interface HoldoutView {
  /** Percent of all units. */
  readonly percent: number;
  readonly reason: string;
  /** Null where it was never set. */
  readonly changedBy: string | null;
  readonly changedAt: string | null;
  /** Null where it was never set. */
  readonly flag: FlagSyncView | null;
  /** What was changed in Unleash by hand. */
  readonly differences: readonly { readonly field: string; readonly expected: unknown; readonly found: unknown }[];
}
