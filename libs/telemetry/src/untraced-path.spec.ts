import { isUntraced } from './untraced-path';

describe('calls that leave no trace', () => {
  it.each(['/v1/units/somebody', '//v1//units/somebody?x=1', '/livez', '/v1/serving-set'])('%s', (url) => {
    expect(isUntraced(url)).toBe(true);
  });

  it.each(['/v1/experiments', '/v1/units', '/v1/models/v1/units/a', ''])('are others than %j', (url) => {
    expect(isUntraced(url)).toBe(false);
  });
});
