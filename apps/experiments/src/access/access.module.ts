import { Module, type DynamicModule } from '@nestjs/common';
import { AuditController } from '../audit/audit.controller';
import { AuditService } from '../audit/audit.service';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { AccessKeys } from './access-keys';
import { KeyController } from './key.controller';
import { KeyService } from './key.service';

/** Who may do what, and who did it. */
@Module({})
export class AccessModule {
  static forRoot(config: ExperimentsEnvironment): DynamicModule {
    return {
      module: AccessModule,
      controllers: [KeyController, AuditController],
      providers: [{ provide: EXPERIMENTS_CONFIG, useValue: config }, AccessKeys, KeyService, AuditService],
    };
  }
}
