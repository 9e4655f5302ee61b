/** The answer of an API said no; `detail` is what it said. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** Path of the field that is at fault, where there is one. */
    readonly field?: string,
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

/** Calls of an API over HTTP. Each rejects with {@link ApiError}, or TypeError when nobody answers. */
export class ApiConnection {
  private readonly authorization: Readonly<Record<string, string>>;

  /** Without a key where access is open. */
  constructor(
    private readonly url: string,
    key?: string,
  ) {
    this.authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  }

  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const text = await this.send(
      method,
      path,
      'application/json',
      body === undefined ? undefined : JSON.stringify(body),
      headers,
    );
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async send(
    method: string,
    path: string,
    type: string,
    body: string | Uint8Array | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const answer = await fetch(this.url + path, {
      method,
      ...(body === undefined
        ? { headers: { ...this.authorization, ...headers } }
        : {
            headers: { ...this.authorization, ...headers, 'content-type': type },
            body: typeof body === 'string' ? body : Buffer.from(body),
          }),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    let problem: { code?: string; detail?: string; field?: string } = {};
    try {
      problem = JSON.parse(text) as typeof problem;
    } catch {
      // A proxy in between may answer in its own format.
    }
    throw new ApiError(
      answer.status,
      problem.code ?? 'unknown',
      problem.detail ?? `${method} ${path} answered ${answer.status}: ${text.slice(0, 200)}`,
      problem.field,
    );
  }
}
