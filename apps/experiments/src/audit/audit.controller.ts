import { Controller, Get, Query } from '@nestjs/common';
import type { AuditPage } from '@adlift/client';
import { parseQuery } from '../paging/page-query';
import { auditQuery } from './audit-query';
import { AuditService } from './audit.service';

/** `GET /v1/audit`: who changed what, from what to what, and when. */
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  page(@Query() query: unknown): Promise<AuditPage> {
    return this.audit.page(parseQuery(auditQuery, query));
  }
}
