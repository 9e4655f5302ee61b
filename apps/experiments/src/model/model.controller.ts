import { Body, Controller, Get, HttpCode, Param, Post, Put, StreamableFile } from '@nestjs/common';
import type { Manifest } from '@adlift/scoring';
import { DomainError } from '@adlift/problem';
import { BundleFiles } from './bundle-files';
import { ModelRegistry, type RegisteredModel } from './model-registry';

const SHA256 = /^[0-9a-f]{64}$/;

/** Registering models, and serving bundles to predictors. */
@Controller('v1')
export class ModelController {
  constructor(
    private readonly registry: ModelRegistry,
    private readonly files: BundleFiles,
  ) {}

  @Put('models/files/:sha256')
  @HttpCode(204)
  async putFile(@Param('sha256') sha256: string, @Body() body: unknown): Promise<void> {
    if (!SHA256.test(sha256)) throw new DomainError('invalid_argument', 'must be 64 hex digits', 'sha256');
    if (!Buffer.isBuffer(body))
      throw new DomainError('invalid_argument', 'send the bytes as application/octet-stream', 'body');
    await this.files.put(sha256, body);
  }

  @Get('models/files/:sha256')
  async getFile(@Param('sha256') sha256: string): Promise<StreamableFile> {
    return new StreamableFile(await this.files.get(sha256));
  }

  @Post('models')
  register(@Body() manifest: unknown): Promise<RegisteredModel> {
    return this.registry.register(manifest);
  }

  @Get(['models/:name/versions/:version', 'models/:name/:version'])
  async manifest(@Param('name') name: string, @Param('version') version: string): Promise<Manifest> {
    return (await this.registry.get(name, version)).manifest;
  }

  @Get('bundles/:digest/manifest')
  bundle(@Param('digest') digest: string): Promise<Manifest> {
    return this.registry.manifest(digest);
  }
}
