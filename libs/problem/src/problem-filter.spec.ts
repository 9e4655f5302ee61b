import { BadRequestException, Logger, NotFoundException, type ArgumentsHost } from '@nestjs/common';
import { z } from 'zod';
import { DomainError, PROBLEMS } from './domain-error';
import { parseBody } from './parse-body';
import { ProblemFilter } from './problem-filter';
import { toDomainError } from './to-domain-error';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
}

function answerTo(error: unknown): Answer {
  const answer: Answer = { status: 0, headers: {}, body: {} };
  const reply = {
    status: (code: number) => {
      answer.status = code;
      return reply;
    },
    header: (name: string, value: string) => {
      answer.headers[name] = value;
      return reply;
    },
    send: (body: Record<string, unknown>) => (answer.body = body),
  };
  const host = { switchToHttp: () => ({ getResponse: () => reply }) } as unknown as ArgumentsHost;
  new ProblemFilter().catch(error, host);
  return answer;
}

/** What the wire lib throws; told by its name, so that this lib need not know that one. */
function invalidField(): Error {
  return Object.assign(new Error('n: must be 1'), { name: 'InvalidField', field: 'n', problem: 'must be 1' });
}

describe('ProblemFilter', () => {
  let logged: jest.SpyInstance;

  beforeEach(() => {
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => logged.mockRestore());

  it('answers with problem+json: code, status, what is wrong, and where', () => {
    const { status, headers, body } = answerTo(new DomainError('invalid_argument', 'key: too long', 'key'));
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(body).toMatchObject({
      type: 'urn:adlift:problem:invalid_argument',
      title: PROBLEMS.invalid_argument.title,
      status: 400,
      code: 'invalid_argument',
      detail: 'key: too long',
      field: 'key',
    });
  });

  it('says when to try again', () => {
    const { status, headers } = answerTo(new DomainError('unavailable', 'away', undefined, 7));
    expect([status, headers['retry-after']]).toEqual([503, '7']);
  });

  it('carries the further members of its error', () => {
    const { status, body } = answerTo(new DomainError('not_found', 'not kept', 'id', undefined, { sampled: false }));
    expect([status, body['code'], body['sampled']]).toEqual([404, 'not_found', false]);
  });

  it.each([
    ['22021', 'invalid byte sequence for encoding "UTF8": 0x00', 400],
    ['22P02', 'invalid input syntax for type json', 400],
    ['22P02', 'invalid input syntax for type uuid: "x"', 500],
  ])('takes text that PostgreSQL cannot hold for the caller’s fault: %s, %s', (code, message, expected) => {
    expect(answerTo(Object.assign(new Error(message), { code })).status).toBe(expected);
  });

  it('tells nothing of an error that is ours, and logs it once', () => {
    const { status, body } = answerTo(new Error('password is hunter2'));
    expect([status, body['code'], logged.mock.calls.length]).toEqual([500, 'internal', 1]);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it.each<[unknown, string]>([
    [new NotFoundException('no route'), 'not_found'],
    [new BadRequestException('no JSON'), 'invalid_argument'],
    [Object.assign(new Error('body too large'), { statusCode: 413 }), 'too_large'],
    [Object.assign(new Error('text/xml'), { statusCode: 415 }), 'unsupported_media_type'],
    [Object.assign(new Error('broken'), { statusCode: 503 }), 'internal'],
    ['not even an error', 'internal'],
    [undefined, 'internal'],
  ])('puts %p in its own terms: %s', (error, code) => {
    expect(answerTo(error).body['code']).toBe(code);
  });
});

describe('toDomainError', () => {
  it('keeps a field that is invalid on the wire', () => {
    expect(toDomainError(invalidField())).toMatchObject({
      code: 'invalid_argument',
      field: 'n',
      message: 'n: must be 1',
    });
  });
});

describe('parseBody', () => {
  const schema = z.strictObject({ variants: z.array(z.object({ weight: z.number() })) });

  it('gives what the schema makes of the body', () => {
    expect(parseBody(schema, { variants: [{ weight: 1 }] })).toEqual({ variants: [{ weight: 1 }] });
  });

  it.each<[unknown, string | undefined]>([
    [{ variants: [{ weight: 1 }, { weight: 'x' }] }, 'variants[1].weight'],
    [{}, 'variants'],
    [undefined, undefined],
    [{ variants: [], more: 1 }, undefined],
  ])('names the first wrong field of %j', (body, field) => {
    expect(() => parseBody(schema, body)).toThrow(DomainError);
    try {
      parseBody(schema, body);
    } catch (error) {
      expect((error as DomainError).field).toBe(field);
      expect((error as DomainError).message).toMatch(/^[^:]+: /);
    }
  });
});
