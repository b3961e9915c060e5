import { describe, expect, it, vi } from 'vitest';
import { KeyReader, type Key } from './keys';

const key = (name: string, always = false): Key => ({ key: name, help: '', do: vi.fn(), always });

describe('keys', () => {
  const n = key('n');
  const all = [[key('/'), key('g n'), key('Escape', true)], [n]];
  it('are found one after the other', () => {
    const reader = new KeyReader();
    expect(reader.read('g', 0, all, false)).toBeNull();
    expect(reader.read('n', 500, all, false)?.key).toBe('g n');
    expect(reader.read('n', 600, all, false)).toBe(n);
  });
  it('forget the first after a second and a half', () => {
    const reader = new KeyReader();
    reader.read('g', 0, all, false);
    expect(reader.read('n', 1600, all, false)).toBe(n);
  });
  it('leave those alone who type', () => {
    const reader = new KeyReader();
    expect(reader.read('/', 0, all, true)).toBeNull();
    expect(reader.read('Escape', 0, all, true)?.key).toBe('Escape');
  });
});
