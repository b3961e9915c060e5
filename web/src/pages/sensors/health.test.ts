import { describe, expect, it } from 'vitest';
import { adviceOf, byNeed, bytesText, lossOf, stateOf, type Sensor } from './health';

const well: Sensor = {
  name: 'north', phase: 'running', failure: null, source_failure: null, latest_packet: null, packets_per_second: 10, lag_seconds: 1,
  journal_bytes: 0, journal_fill: 0.1, packets_received: 900, packets_dropped_by_system: 0, packets_dropped_by_source: 0,
  packets_dropped_by_journal: 0, packets_dropped_lately: 0, packets_stored: 900, store_waits: 0, windows: 1, scan_events: 0, attacks: 0,
  restarts: 0, checkpoints: 1,
};

describe('the health of a sensor', () => {
  it('needs nobody while it runs', () => {
    expect(adviceOf(well)).toEqual([]);
    expect(stateOf(well)).toBe('good');
  });
  it('names where packets were lost', () => {
    const lossy = { ...well, packets_dropped_by_system: 100, packets_dropped_lately: 5 };
    expect(adviceOf(lossy)).toEqual(['lost.system']);
    expect(stateOf(lossy)).toBe('bad');
    expect(lossOf(lossy)).toBeCloseTo(0.1);
    expect(adviceOf({ ...lossy, packets_dropped_by_journal: 200 })).toEqual(['lost.journal']);
    expect(adviceOf({ ...lossy, packets_dropped_by_source: 200 })).toEqual(['lost.source']);
  });
  it('forgives what was lost long ago', () => {
    expect(stateOf({ ...well, packets_dropped_by_system: 100 })).toBe('good');
  });
  it('tells being behind from reading again', () => {
    expect(adviceOf({ ...well, lag_seconds: 61 })).toEqual(['lag']);
    expect(adviceOf({ ...well, lag_seconds: 60 })).toEqual([]);
    expect(adviceOf({ ...well, phase: 'catching up', lag_seconds: 61 })).toEqual(['catching']);
    expect(stateOf({ ...well, phase: 'ended', lag_seconds: 900 })).toBe('idle');
  });
  it('puts those that need somebody first', () => {
    const bad = { ...well, name: 'z', failure: 'disk full', phase: 'waiting' };
    expect([well, bad].sort(byNeed).map((each) => each.name)).toEqual(['z', 'north']);
  });
  it('writes bytes', () => {
    expect([0, 999, 1000, 12_345_678, 250_000_000].map(bytesText)).toEqual(['0 B', '999 B', '1.0 kB', '12.3 MB', '250 MB']);
  });
});
