import { HOLDOUT_FLAG } from '@adlift/assignment';
import type { FlagPlan } from '../flag-sync/flag-plan';

/** The flag that is on for the units that no experiment gets; off when these are none. */
export function holdoutPlan(percent: number): FlagPlan {
  return {
    state: percent > 0 ? 'on' : 'off',
    type: 'operational',
    strategy: {
      name: 'flexibleRollout',
      constraints: [],
      segments: [],
      disabled: false,
      parameters: { rollout: String(percent), stickiness: 'userId', groupId: HOLDOUT_FLAG },
      variants: [],
    },
  };
}
