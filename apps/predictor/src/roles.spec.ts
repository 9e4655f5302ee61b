import { z } from 'zod';
import { readConfig } from '@adlift/config';
import { rolesVariable } from './roles';

const schema = z.object({ ADLIFT_ROLES: rolesVariable });

describe('the roles of a predictor', () => {
  it.each([
    [undefined, ['predict', 'events', 'edge', 'writer']],
    ['predict', ['predict']],
    ['edge, writer', ['edge', 'writer']],
  ])('are read from %j', (text, roles) => {
    expect([...readConfig(schema, { ADLIFT_ROLES: text }).ADLIFT_ROLES]).toEqual(roles);
  });

  it.each(['reader', 'predict,', 'Predict', 'predict edge'])('are not %j', (text) => {
    expect(() => readConfig(schema, { ADLIFT_ROLES: text })).toThrow(
      /^ADLIFT_ROLES is ".*": ".*" is no role; roles are predict, events, edge, writer$/,
    );
  });
});
