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

  @Column('text')
  reason!: string;

  @CreateDateColumn({ name: 'opened_at', type: 'timestamptz' })
  openedAt!: Date;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}
