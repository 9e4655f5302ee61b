import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { ExperimentState, FlagDriftView } from '@adlift/client';
import type { ExperimentDesign } from './experiment-design';
import type { ExperimentSchedule } from './experiment-schedule';

@Entity('experiment')
export class ExperimentEntity {
  @PrimaryColumn('text')
  key!: string;

  @Column('text')
  description!: string;

  @Column('text')
  source!: 'flag' | 'import';

  @Column('text')
  state!: ExperimentState;

  /** Why it is in its state, where somebody or something said so. */
  @Column('text', { name: 'state_reason', default: '' })
  stateReason!: string;

  @Column('jsonb')
  design!: ExperimentDesign;

  /** "sha256:<hex>" of the design, set at the start and never changed after. */
  @Column('text', { name: 'design_hash', nullable: true })
  designHash!: string | null;

  /** The design in force where amendments changed weights or models. */
  @Column('jsonb', { nullable: true })
  amended!: ExperimentDesign | null;

  @Column('jsonb', { default: {} })
  schedule!: ExperimentSchedule;

  /** Counts every change. */
  @Column('int', { default: 1 })
  revision!: number;

  /** Who made the design or changed it last. */
  @Column('text', { name: 'changed_by', default: '' })
  changedBy!: string;

  /** 0 until the start. */
  @Column('int', { default: 0 })
  phase!: number;

  /** Percent of all units at present; null until the start. */
  @Column('int', { nullable: true })
  rollout!: number | null;

  /** Index of the ramp's step, and when it began. */
  @Column('int', { name: 'ramp_step', default: 0 })
  rampStep!: number;

  @Column('timestamptz', { name: 'stepped_at', nullable: true })
  steppedAt!: Date | null;

  /** Who scheduled the start, in whose name it is made. */
  @Column('text', { name: 'scheduled_by', nullable: true })
  scheduledBy!: string | null;

  /** What Unleash was found to say otherwise than it was told. */
  @Column('jsonb', { nullable: true })
  drift!: FlagDriftView | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  /** When its traffic ended. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('timestamptz', { name: 'concluded_at', nullable: true })
  concludedAt!: Date | null;

  /** Until when conversions of its traffic are waited for. */
  @Column('timestamptz', { name: 'drain_until', nullable: true })
  drainUntil!: Date | null;
}

/** Percent of its units that it gets without a further decision: now, or by the steps of its ramp that are still to come. */
export function reachOf({ rollout, schedule }: Pick<ExperimentEntity, 'rollout' | 'schedule'>): number {
  return Math.max(rollout ?? 0, schedule.ramp?.steps.at(-1)?.rollout ?? 0);
}

/** The design that holds now: as it was frozen, with what was amended. */
export function designInForce({ design, amended }: Pick<ExperimentEntity, 'design' | 'amended'>): ExperimentDesign {
  return amended ?? design;
}
