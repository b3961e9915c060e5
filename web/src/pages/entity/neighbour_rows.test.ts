import { describe, expect, it } from 'vitest';
import { neighboursFrom } from './neighbour_rows';

describe('neighbours', () => {
  it('are read from the answer', () => {
    const row = { source: '198.51.100.8', near: true, similarity: 0.5, common_ports: 1, ports: 2, packets: 9, class: 'scan', tools: ['mirai'], why: ['same network', 'same tools'] };
    expect(neighboursFrom({ rows: [row] })).toEqual([{ source: '198.51.100.8', similarity: 0.5, isNear: true, why: ['same network', 'same tools'] }]);
  });
  it('are none where the answer is something else', () => {
    for (const each of [null, {}, { rows: 1 }, { rows: [null, {}, { source: 3 }] }]) expect(neighboursFrom(each)).toEqual([]);
    expect(neighboursFrom({ rows: [{ source: 'a', similarity: 7 }] })[0]).toEqual({ source: 'a', similarity: 1, isNear: false, why: [] });
  });
});
