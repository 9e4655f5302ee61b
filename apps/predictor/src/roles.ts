import { z } from 'zod';

/** What a predictor process does: `writer` moves what it took from its disk to the database. */
export const ROLES = ['predict', 'events', 'edge', 'writer'] as const;

export type Role = (typeof ROLES)[number];
export type Roles = ReadonlySet<Role>;

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);

/** `ADLIFT_ROLES`: "predict,edge" as a set, every role by default. */
export const rolesVariable = z
  .string()
  .default(ROLES.join(','))
  .transform((text, context): Roles => {
    const names = text.split(',').map((name) => name.trim());
    const wrong = names.filter((name) => !isRole(name));
    if (wrong.length > 0) {
      context.addIssue(`"${wrong.join('", "')}" is no role; roles are ${ROLES.join(', ')}`);
      return z.NEVER;
    }
    return new Set(names.filter(isRole));
  });
