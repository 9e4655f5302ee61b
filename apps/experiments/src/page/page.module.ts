import { Module, type DynamicModule } from '@nestjs/common';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { OverviewController } from './overview.controller';
import { OverviewService } from './overview.service';
import { PageController } from './page.controller';
import { PageFiles } from './page-files';

/** The page at `/`, until there is a console. */
@Module({})
export class PageModule {
  static forRoot(config: ExperimentsEnvironment): DynamicModule {
    return {
      module: PageModule,
      controllers: [PageController, OverviewController],
      providers: [{ provide: EXPERIMENTS_CONFIG, useValue: config }, PageFiles, OverviewService],
    };
  }
}
