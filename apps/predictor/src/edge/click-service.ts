import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { AdCatalogue } from '../catalogue/ad-catalogue';
import { locationOf } from './click-target';
import { browserReport, isOfClick } from './edge-report';
import type { EdgeFields } from './edge-fields';
import { EdgeRecorder, type EdgeOutcome } from './edge-recorder';
import { EdgeTrust, NotTrusted } from './edge-trust';

/** A click that is answered with a redirect. */
export interface Click {
  readonly location: string;
  /** Undefined for a click that was only looked at. */
  readonly outcome: EdgeOutcome | undefined;
}

/** What the URL of a click says. */
export interface ClickFields {
  readonly fields: EdgeFields;
  /** Names of fields that are there more than once, and so say nothing. */
  readonly repeated: readonly string[];
}

/** Where clicks lead, and what is recorded of them. */
@Injectable()
export class ClickService {
  constructor(
    private readonly trust: EdgeTrust,
    private readonly catalogue: AdCatalogue,
    private readonly recorder: EdgeRecorder,
  ) {}

  /**
   * Records the click, unless it is a mere look (HEAD), and tells where it leads. A charge that cannot be trusted, or a
   * field that is there twice, makes it a rejected click, which leads on all the same. Throws NotTrusted for a token or
   * landing URL that does not verify, or of two landing URLs, `not_found` when the ad has no landing URL and none was
   * signed.
   */
  async click(token: string, given: ClickFields, look: boolean): Promise<Click> {
    const location = this.location(token, given);
    const outcome = look ? undefined : await this.recorded(token, given);
    if (location !== undefined) return { location, outcome };
    throw new DomainError('not_found', 'the ad has no landing URL, and no signed one was given as "to"', 'to');
  }

  private recorded(token: string, { fields, repeated }: ClickFields): Promise<EdgeOutcome> | EdgeOutcome {
    const [twice] = repeated.filter(isOfClick);
    if (twice !== undefined) return this.recorder.refuse(`malformed: ${twice} is there more than once`);
    try {
      this.trust.signed('charge', token, fields);
    } catch (error) {
      if (error instanceof NotTrusted) return this.recorder.refuse(error.reason);
      throw error;
    }
    return this.recorder.record(browserReport('click', token, fields));
  }

  private location(token: string, { fields, repeated }: ClickFields): string | undefined {
    const { adId } = this.trust.open(token);
    const [twice] = repeated.filter((name) => name === 'to' || name === 'to_sig');
    if (twice !== undefined) throw new NotTrusted('url_repeated', twice);
    const signed = this.trust.signed('to', token, fields);
    if (signed === undefined) return locationOf(this.catalogue.landingUrl(adId) ?? '');
    const location = locationOf(signed);
    if (location === undefined) throw new NotTrusted('url_not_allowed', 'to');
    return location;
  }
}
