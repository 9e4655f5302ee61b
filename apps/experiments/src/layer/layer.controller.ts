import { Controller, Get } from '@nestjs/common';
import type { LayerView } from '@adlift/client';
import { LayerService } from './layer.service';

/** `/v1/layers`: which experiments share traffic without sharing units, and what is free. */
@Controller('v1/layers')
export class LayerController {
  constructor(private readonly layers: LayerService) {}

  @Get()
  async list(): Promise<{ layers: LayerView[] }> {
    return { layers: await this.layers.list() };
  }
}
