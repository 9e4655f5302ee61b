const READY_MS = 60_000;
const POLL_MS = 10;

/** What was waited for did not come. */
export class WaitedInVain extends Error {}

/** Resolves when the condition holds. Throws {@link WaitedInVain} saying what was waited for when it has not by then. */
export async function until(what: string, condition: () => Promise<boolean>, timeoutMs = READY_MS): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new WaitedInVain(`waited ${timeoutMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
