import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { Manifest } from '@adlift/scoring';

@Entity('model')
export class ModelEntity {
  @PrimaryColumn('text')
  name!: string;

  @PrimaryColumn('text')
  version!: string;

  @Column('text')
  kind!: 'ctr' | 'cvr';

  /** "sha256:<hex>" of the canonical manifest: the bundle's identity. */
  @Column('text')
  digest!: string;

  @Column('jsonb')
  manifest!: Manifest;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
