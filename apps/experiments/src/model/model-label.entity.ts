import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A movable name such as `champion`, at most one model a kind. */
@Entity('model_label')
export class ModelLabelEntity {
  @PrimaryColumn('text')
  label!: string;

  @PrimaryColumn('text')
  kind!: 'ctr' | 'cvr';

  @Column('text')
  name!: string;

  @Column('text')
  version!: string;
}
