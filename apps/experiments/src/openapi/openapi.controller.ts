import { Controller, Get } from '@nestjs/common';
import { apiDocument } from './api-document';

/** `GET /v1/openapi.json`: the admin API, described. */
@Controller('v1/openapi.json')
export class OpenapiController {
  private readonly document = apiDocument();

  @Get()
  get(): object {
    return this.document;
  }
}
