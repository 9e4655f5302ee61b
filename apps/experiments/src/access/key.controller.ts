import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import type { KeyView, MadeKey } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { Actor } from './caller';
import { newKey } from './key-body';
import { KeyService } from './key.service';

/** `/v1/keys`: who may call, beside those of the configuration. */
@Controller('v1/keys')
export class KeyController {
  constructor(private readonly keys: KeyService) {}

  @Get()
  async list(): Promise<{ keys: KeyView[] }> {
    return { keys: await this.keys.list() };
  }

  @Post()
  make(@Body() body: unknown, @Actor() actor: string): Promise<MadeKey> {
    return this.keys.make(parseBody(newKey, body), actor);
  }

  @Delete(':id')
  revoke(@Param('id') id: string, @Actor() actor: string): Promise<KeyView> {
    return this.keys.revoke(id, actor);
  }
}
