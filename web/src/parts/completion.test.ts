import { describe, expect, it } from 'vitest';
import { complete, taken, type Fields } from './completion';

const of: Fields = {
  operators: { number: ['==', '!=', 'in', 'not in', '<'], word: ['==', '!=', 'in', 'not in'], texts: ['==', '!=', 'in', 'not in'], yes: [] },
  fields: [
    { name: 'port', kind: 'number', help: 'either port' },
    { name: 'dst.port', aliases: ['dport'], kind: 'number', help: 'the destination port' },
    { name: 'class', kind: 'word', values: ['scan', 'backscatter'] },
    { name: 'scanner', kind: 'texts', values: ['Censys', 'University of Michigan'] },
    { name: 'ongoing', kind: 'yes' },
  ],
};
const texts = (text: string, caret = text.length) => complete(text, caret, of).map((each) => each.text);

describe('completion', () => {
  it('begins with fields, those that begin with what is written first', () => {
    expect(texts('')).toEqual(['port', 'dst.port', 'class', 'scanner', 'ongoing', 'not']);
    expect(texts('po')).toEqual(['port', 'dst.port']);
    expect(texts('zzz')).toEqual([]);
  });
  it('goes on with operators, values and what joins', () => {
    expect(texts('port ')).toEqual(['==', '!=', 'in', 'not in', '<']);
    expect(texts('dport =')).toEqual(['==', '!=']);
    expect(texts('class == ')).toEqual(['scan', 'backscatter']);
    expect(texts('class == ba')).toEqual(['backscatter']);
    expect(texts('class == scan ')).toEqual(['and', 'or']);
    expect(texts('class == scan and ')).toContain('port');
    expect(texts('ongoing ')).toEqual(['and', 'or']);
    expect(texts('class in {scan, ')).toEqual(['scan', 'backscatter']);
    expect(texts('class not in {scan} ')).toEqual(['and', 'or']);
    expect(texts('(port == 23 or not ')).toContain('class');
    expect(texts('scanner == "Univ')).toEqual(['University of Michigan']);
  });
  it('looks at what is before the cursor alone', () => {
    expect(texts('cl == scan', 2)).toEqual(['class']);
  });
  it('takes a suggestion in place of what is written', () => {
    const first = (text: string, at = text.length) => taken(text, at, complete(text, at, of)[0] as never);
    expect(first('dst')).toEqual({ text: 'dst.port ', caret: 9 });
    expect(first('cl == scan', 2)).toEqual({ text: 'class == scan', caret: 6 });
    expect(first('scanner == Univ').text).toBe('scanner == "University of Michigan" ');
    expect(first('port n').text).toBe('port not in ');
  });
});
