import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { ExperimentState } from '@adlift/client';
import type { ExperimentDesign } from './experiment-design';

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

  @Column('jsonb')
  design!: ExperimentDesign;

  /** "sha256:<hex>" of the design, set at the start and never changed after. */
  @Column('text', { name: 'design_hash', nullable: true })
  designHash!: string | null;

  @Column('int', { default: 1 })
  revision!: number;

  /** Who made the design or changed it last. */
  @Column('text', { name: 'changed_by' })
  changedBy!: string;

  /** 0 until the start. */
  @Column('int', { default: 0 })
  phase!: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
