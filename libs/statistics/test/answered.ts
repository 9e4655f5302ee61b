import { isRefusal, type Refusal } from '../src/refusal';

/** The result, which must not be a refusal. */
export function answered<T>(result: T | Refusal): T {
  if (isRefusal(result)) throw new Error(`refused: ${result.reason}`);
  return result;
}
