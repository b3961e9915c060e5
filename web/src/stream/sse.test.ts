import { describe, expect, it } from 'vitest';
import { EventReader, type ServerEvent } from './sse';

function readAll(pieces: string[]) {
  const found: ServerEvent[] = [];
  const reader = new EventReader((each) => found.push(each));
  for (const each of pieces) reader.read(each);
  return { found, id: reader.id };
}

describe('server-sent events', () => {
  const text = 'retry: 3000\nid: 1-5\n\nid: 1-6\nevent: window\ndata: {"a":1}\n\n: alive\nid: 1-9\n\ndata: x\ndata:y\n\n';
  const expected = [
    { id: '1-6', topic: 'window', data: '{"a":1}' },
    { id: '1-9', topic: 'message', data: 'x\ny' },
  ];
  it('come out as they went in', () => {
    expect(readAll([text]).found).toEqual(expected);
  });
  it('come out the same whatever the pieces are, and with any line ends', () => {
    for (const ends of ['\n', '\r\n', '\r'])
      for (let size = 1; size < 9; ++size) {
        const whole = text.replaceAll('\n', ends);
        const pieces = whole.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
        expect(readAll([...pieces, ends === '\r' ? ':' : '']).found).toEqual(expected);
      }
  });
  it('keep the id of a heartbeat, to go on behind it', () => {
    expect(readAll(['id: 7\ndata: x\n\n: alive\nid: 8\n\n']).id).toBe('8');
  });
});
