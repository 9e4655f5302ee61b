import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import type { ModelView, PolicyView } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { ModelLabels } from './model-labels';
import { ModelOverview } from './model-overview';
import { newPolicy } from './serving-policy';
import { ServingService, type ServingSet } from './serving.service';

/** Which versions are served, and how far that is. */
@Controller('v1')
export class ServingController {
  constructor(
    private readonly serving: ServingService,
    private readonly overview: ModelOverview,
    private readonly labels: ModelLabels,
  ) {}

  @Get('models')
  async list(): Promise<{ models: ModelView[] }> {
    return { models: await this.overview.list() };
  }

  @Post('models/:name/versions/:version/load')
  @HttpCode(202)
  async load(@Param('name') name: string, @Param('version') version: string): Promise<ModelView> {
    await this.serving.act('load', name, version);
    return this.overview.get(name, version);
  }

  @Post('models/:name/versions/:version/unload')
  @HttpCode(202)
  async unload(@Param('name') name: string, @Param('version') version: string): Promise<ModelView> {
    await this.serving.act('unload', name, version);
    return this.overview.get(name, version);
  }

  @Post('models/:name/versions/:version/reload')
  @HttpCode(202)
  async reload(@Param('name') name: string, @Param('version') version: string): Promise<ModelView> {
    await this.serving.act('reload', name, version);
    return this.overview.get(name, version);
  }

  @Put(['models/:name/versions/:version/labels/:label', 'models/:name/:version/labels/:label'])
  @HttpCode(204)
  label(@Param('name') name: string, @Param('version') version: string, @Param('label') label: string): Promise<void> {
    return this.labels.put(name, version, label);
  }

  @Delete('models/:name/versions/:version/labels/:label')
  @HttpCode(204)
  unlabel(
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('label') label: string,
  ): Promise<void> {
    return this.labels.remove(name, version, label);
  }

  @Get('models/:name/policy')
  policy(@Param('name') name: string): Promise<PolicyView> {
    return this.serving.policy(name);
  }

  @Put('models/:name/policy')
  setPolicy(@Param('name') name: string, @Body() body: unknown): Promise<PolicyView> {
    return this.serving.setPolicy(name, parseBody(newPolicy, body).policy);
  }

  @Delete('models/:name/policy')
  resetPolicy(@Param('name') name: string): Promise<PolicyView> {
    return this.serving.setPolicy(name, undefined);
  }

  @Get('serving-set')
  servingSet(): Promise<ServingSet> {
    return this.serving.servingSet();
  }
}
