/** How one call ended: the encoded PredictResponse, or a gRPC status. `variant` names the body that was sent. */
export type Outcome = { readonly bytes: Buffer; readonly variant: number } | { readonly code: number };

/** Sends one request and resolves when it is answered or refused; it never rejects. */
export type SendOne = (timeoutMs?: number) => Promise<Outcome>;
