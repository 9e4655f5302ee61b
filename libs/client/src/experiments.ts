import type { ExperimentState } from './report';

/** How far Unleash is with what it was told of an experiment. */
export interface FlagSyncView {
  readonly state: 'pending' | 'failing' | 'applied';
  /** ISO 8601. */
  readonly since: string;
  /** What went wrong at the last try; it is tried again. */
  readonly error?: string;
}

/** What Unleash was found to say otherwise than it was told. */
export interface FlagDriftView {
  /** ISO 8601. */
  readonly since: string;
  readonly differences: readonly { readonly field: string; readonly expected: unknown; readonly found: unknown }[];
}

export interface ApprovalView {
  readonly approver: string;
  /** Percent of all units up to which it goes. */
  readonly maxRollout: number;
  readonly reason: string;
  readonly approvedAt: string;
}

/** A call of Unleash's admin API that a dry run did not make. */
export interface UnleashCallView {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Slots of a layer from one to another, both included, 1 to 100. */
export interface SlotRangeView {
  readonly from: number;
  readonly to: number;
}

/** What an experiment is; frozen at its start. */
export interface DesignView {
  readonly rollout: number;
  readonly variants: readonly {
    readonly name: string;
    readonly weight: number;
    readonly control: boolean;
    readonly ctr: string;
    readonly cvr?: string | undefined;
  }[];
  readonly plannedUnits: number;
  readonly layer?: { readonly name: string; readonly slots: readonly SlotRangeView[] } | undefined;
}

/** An experiment as the admin API shows it. Times in ISO 8601. */
export interface ExperimentView {
  readonly key: string;
  readonly description: string;
  readonly source: 'flag' | 'import';
  readonly state: ExperimentState;
  readonly stateReason: string;
  readonly design: DesignView;
  readonly designHash: string | null;
  /** The design in force where amendments changed weights or models. */
  readonly amended: DesignView | null;
  readonly schedule: ScheduleView;
  /** Counts every change; the ETag. */
  readonly revision: number;
  readonly changedBy: string;
  /** 0 until the start. */
  readonly phase: number;
  /** Percent of all units at present; null until the start. */
  readonly rollout: number | null;
  readonly rampStep: number;
  readonly steppedAt: string | null;
  readonly drift: FlagDriftView | null;
  /** Null where there is no flag. */
  readonly flag: FlagSyncView | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly concludedAt: string | null;
  readonly drainUntil: string | null;
  /** What may be done in its state. */
  readonly actions: readonly string[];
  /** Not in lists. */
  readonly approvals?: readonly ApprovalView[];
  /** Of a dry run. */
  readonly dryRun?: true;
  readonly unleashCalls?: readonly UnleashCallView[];
}

/** When an experiment starts, grows and ends by itself. */
export interface ScheduleView {
  readonly startAt?: string | undefined;
  readonly stopAt?: string | undefined;
  readonly stopOnPower: boolean;
  readonly ramp?:
    | {
        readonly steps: readonly { readonly rollout: number; readonly holdMinutes: number }[];
        readonly rollback: boolean;
      }
    | undefined;
}

/** The answer of `GET /v1/experiments`, in the order in which they were made. */
export interface ExperimentPage {
  readonly experiments: readonly ExperimentView[];
  readonly nextCursor: string | null;
}

/** A stretch of an experiment during which neither weights nor models changed. */
export interface PhaseView {
  readonly experiment: string;
  readonly phase: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly models: Readonly<Record<string, { readonly ctr: string; readonly cvr?: string }>>;
  readonly reason: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly closedReason: string;
}

/** One change of an experiment: the fields that differ, as they were and as they are. */
export interface RevisionView {
  readonly revision: number;
  readonly at: string;
  readonly author: string;
  readonly action: string;
  readonly reason: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** What follows from a design that is in order. */
export interface ValidationView {
  readonly valid: true;
  readonly designHash: string;
  /** Whether a second person would have to agree to its start. */
  readonly approvalNeeded: boolean;
  /** The strategy that Unleash would get; null for imported traffic. */
  readonly flag: unknown;
}

/** Where the flag puts one unit, and how that is computed. */
export interface AssignmentExplanation {
  readonly experiment: string;
  readonly unitId: string;
  readonly revision: number;
  readonly phase: number;
  /** Whether Unleash has been told; before that it may still answer otherwise. */
  readonly applied: boolean;
  readonly enabled: boolean;
  /** Null where no units are held out, and for a session or a request: held out are users. */
  readonly holdout: {
    readonly hashInput: string;
    readonly hash: number;
    /** 1 to 100; held out when it is at most `percent`. */
    readonly bucket: number;
    readonly percent: number;
    readonly heldOut: boolean;
  } | null;
  /** Null for an experiment without a layer. */
  readonly layer: {
    readonly name: string;
    readonly hashInput: string;
    readonly hash: number;
    /** 1 to 100; in the experiment when it is among its slots. */
    readonly slot: number;
    readonly slots: readonly SlotRangeView[];
    readonly inSlots: boolean;
  } | null;
  readonly strategy: {
    readonly name: string;
    readonly hashInput: string;
    readonly seed: number;
    readonly hash: number;
    /** 1 to 100; in the experiment when it is at most `rollout`. */
    readonly bucket: number;
    readonly rollout: number;
    readonly inRollout: boolean;
  };
  readonly variants: {
    readonly hashInput: string;
    readonly seed: number;
    readonly hash: number;
    /** 1 to the sum of the weights; the variant is the one whose range it is in. */
    readonly point: number;
    readonly ranges: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  };
  /** Null outside the experiment. */
  readonly variant: string | null;
}
