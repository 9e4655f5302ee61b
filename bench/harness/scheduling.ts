import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const LEAST = '19';

/**
 * Makes this thread run as soon as it has something to do, whoever else shares its processor; threads that it starts
 * follow. Only root may; false where that is refused.
 */
export function runAheadOfOthers(): boolean {
  try {
    execFileSync('chrt', ['--rr', '--pid', '1', String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Has every descendant of this process but one run only when nobody else wants its processor. */
export function yieldToOthers(except: number): void {
  for (const pid of descendants(process.pid)) {
    if (pid === except) continue;
    try {
      execFileSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)], { stdio: 'ignore' });
      // Linux groups tasks by session, and policies count inside a group only.
      if (isSessionLeader(pid)) writeFileSync(`/proc/${pid}/autogroup`, LEAST);
    } catch {
      // It has ended, or the kernel does not group.
    }
  }
}

function descendants(ancestor: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? statOf(Number(name))?.parent : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [...(children.get(ancestor) ?? [])];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

function isSessionLeader(pid: number): boolean {
  return statOf(pid)?.session === pid;
}

function statOf(pid: number): { parent: number; session: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), session: Number(fields[3]) };
  } catch {
    return undefined;
  }
}
