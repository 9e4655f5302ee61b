import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import type { MadeWebhook, WebhookView } from '@adlift/client';
import { parseBody } from '@adlift/problem';
import { Actor } from '../access/caller';
import { newWebhook } from './webhook-body';
import { WebhookService } from './webhook.service';

/** `/v1/webhooks`: who is told of changes. */
@Controller('v1/webhooks')
export class WebhookController {
  constructor(private readonly webhooks: WebhookService) {}

  @Get()
  async list(): Promise<{ webhooks: WebhookView[] }> {
    return { webhooks: await this.webhooks.list() };
  }

  @Post()
  make(@Body() body: unknown, @Actor() actor: string): Promise<MadeWebhook> {
    return this.webhooks.make(parseBody(newWebhook, body), actor);
  }

  @Delete(':id')
  @HttpCode(204)
  remove(@Param('id') id: string, @Actor() actor: string): Promise<void> {
    return this.webhooks.remove(id, actor);
  }
}
