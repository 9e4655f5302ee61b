/** One line on standard error that says what is being done; nothing where nobody watches. */
export interface StepLine {
  readonly show: (step: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const CLEAR = '\r\u001b[K';

/** A line for a command of `total` steps. */
export function stepLine(total: number): StepLine {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, end: () => undefined };
  let count = 0;
  return {
    show: (step) => stderr.write(`${CLEAR}step ${++count} of ${total}: ${step}`),
    end: () => stderr.write(CLEAR),
  };
}
