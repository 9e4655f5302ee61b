import { HEADER_BYTES } from './protocol';
import { changedSettings, FIRST_SETTINGS, Setting, settingsFrame } from './settings';

const payload = (...entries: [number, number][]): Buffer => settingsFrame(entries).subarray(HEADER_BYTES);

describe('changedSettings', () => {
  it('takes what is said, keeps the rest, and ignores what it does not know', () => {
    expect(changedSettings(FIRST_SETTINGS, payload([Setting.initialWindowSize, 7], [0x99, 1]))).toEqual({
      ...FIRST_SETTINGS,
      initialWindow: 7,
    });
    expect(changedSettings(FIRST_SETTINGS, payload([Setting.maxFrameSize, 1 << 20], [Setting.enablePush, 0]))).toEqual({
      ...FIRST_SETTINGS,
      maxFrame: 1 << 20,
    });
  });

  it.each([
    ['a push that is neither on nor off', payload([Setting.enablePush, 2]), 1],
    ['a window over 2^31 - 1', payload([Setting.initialWindowSize, 2 ** 31]), 3],
    ['a frame size below 2^14', payload([Setting.maxFrameSize, (1 << 14) - 1]), 1],
    ['a frame size over 2^24 - 1', payload([Setting.maxFrameSize, 1 << 24]), 1],
    ['half an entry', payload([Setting.enablePush, 0]).subarray(0, 5), 6],
  ])('refuses %s', (_what, bytes, code) => {
    expect(() => changedSettings(FIRST_SETTINGS, bytes)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
