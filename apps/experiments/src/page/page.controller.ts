import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { PageFiles, type PageFile } from './page-files';

/** Nothing from elsewhere, nothing inline: what the page shows came from services, and stays text. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The page at `/`, its files, and the documents it links to. */
@Controller()
export class PageController {
  constructor(private readonly files: PageFiles) {}

  @Get()
  @Header('content-security-policy', POLICY)
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  @Header('cache-control', 'no-cache')
  page(): StreamableFile {
    return found(this.files.pageFile('index.html'), 'index.html');
  }

  @Get('page/:file')
  @Header('content-security-policy', POLICY)
  @Header('x-content-type-options', 'nosniff')
  @Header('cache-control', 'no-cache')
  file(@Param('file') name: string): StreamableFile {
    return found(this.files.pageFile(name), name);
  }

  @Get('docs/:file')
  @Header('content-security-policy', POLICY)
  @Header('x-content-type-options', 'nosniff')
  document(@Param('file') name: string): StreamableFile {
    return found(this.files.document(name), name);
  }
}

function found(file: PageFile | undefined, name: string): StreamableFile {
  if (file === undefined) throw new DomainError('not_found', `there is no file "${name}" here`);
  return new StreamableFile(file.content, { type: file.type });
}
