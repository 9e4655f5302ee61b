import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A stretch of one experiment during which neither weights nor models changed. */
@Entity('experiment_phase')
export class ExperimentPhaseEntity {
  @PrimaryColumn('text')
  experiment!: string;

  @PrimaryColumn('int')
  phase!: number;

  /** Percent by variant. */
  @Column('jsonb')
  weights!: Record<string, number>;

  /** Models by variant, "name@version". */
  @Column('jsonb', { default: {} })
  models!: Record<string, { ctr: string; cvr?: string }>;

  /** Why it was opened. */
  @Column('text')
  reason!: string;

  @CreateDateColumn({ name: 'opened_at', type: 'timestamptz' })
  openedAt!: Date;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;

  /** Why it was closed; empty while it is open. */
  @Column('text', { name: 'closed_reason', default: '' })
  closedReason!: string;
}
