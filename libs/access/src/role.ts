/** What a person or a program does with the admin API; a key has any number of roles among its grants. */
export const ROLES = ['viewer', 'analyst', 'experimenter', 'operator', 'approver', 'admin'] as const;

export type Role = (typeof ROLES)[number];

/** Kinds of calls of the admin API, each with the roles that may make them. */
export const PERMISSIONS = {
  /** Experiments, reports, models, ads, replicas, and what a unit would be assigned. */
  read: ['viewer', 'analyst', 'experimenter', 'operator', 'approver', 'admin'],
  /** Single requests and events: traces, samples, what was rejected. */
  inspect: ['analyst', 'experimenter', 'operator', 'admin'],
  /** Who changed what. */
  audit: ['analyst', 'operator', 'approver', 'admin'],
  /** Make and change experiments, start and end them. */
  experiment: ['experimenter', 'admin'],
  /** Agree to more traffic than one person may decide about. */
  approve: ['approver', 'admin'],
  /** Models, ads, replayed events, erasing units. */
  operate: ['operator', 'admin'],
  /** Keys of the API, and whatever no other line names. */
  administer: ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;
