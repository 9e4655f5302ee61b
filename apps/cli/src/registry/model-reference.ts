import { InvalidArgumentError } from 'commander';

/** A version of a model, as a command names it. */
export interface ModelReference {
  readonly name: string;
  readonly version: string;
}

/** Reads "name@version". Throws InvalidArgumentError. */
export function modelReference(text: string): ModelReference {
  const at = text.lastIndexOf('@');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('must be NAME@VERSION, such as ctr-fm@7');
  return { name: text.slice(0, at), version: text.slice(at + 1) };
}
