import { afterEach, expect, it } from 'vitest';
import { language } from '../../state/settings';
import { evidenceName } from './evidence_name';

afterEach(() => {
  language.value = 'en';
});

it('says the names that engines give in the language of the person', () => {
  const names = ['counted', 'sources looked at', 'density at 0.9', 'expected', 'a new one'];
  expect(names.map(evidenceName)).toEqual(names);
  language.value = 'ja';
  expect(names.map(evidenceName)).toEqual(['観測数', '調べた送信元', '密度（しきい値 0.9）', '期待値', 'a new one']);
});
