import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { parseAdQuery, parseHistoryQuery, parseListQuery } from './catalogue-query';
import { CatalogueService, type AdHistory, type AdsPage, type AdView, type CatalogueChange } from './catalogue.service';
import { parseAdId, parsePutAds } from './put-ads-body';

/** The ad catalogue, whose features predictors join to requests by ad id. */
@Controller('v1/ads')
export class CatalogueController {
  constructor(private readonly catalogue: CatalogueService) {}

  @Put()
  put(@Body() body: unknown): Promise<CatalogueChange> {
    return this.catalogue.put(parsePutAds(body));
  }

  @Delete(':adId')
  remove(@Param('adId') adId: string): Promise<CatalogueChange> {
    return this.catalogue.remove(parseAdId(adId));
  }

  @Get()
  list(@Query() query: unknown): Promise<AdsPage> {
    return this.catalogue.list(parseListQuery(query));
  }

  @Get(':adId')
  get(@Param('adId') adId: string, @Query() query: unknown): Promise<{ catalogueVersion: number; ad: AdView }> {
    return this.catalogue.get(parseAdId(adId), parseAdQuery(query).version);
  }

  @Get(':adId/history')
  history(@Param('adId') adId: string, @Query() query: unknown): Promise<AdHistory> {
    return this.catalogue.history(parseAdId(adId), parseHistoryQuery(query));
  }
}
