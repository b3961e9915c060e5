import { afterEach, describe, expect, it } from 'vitest';
import { language } from '../state/settings';
import { findingFrom, type Finding } from './finding';
import { reasonOf, sentence } from './reason';

afterEach(() => void (language.value = 'en'));

// As engines write them: names and values of src/engine.
const base = {
  id: '87e36a3de62ae9e8', engine: 'surge', version: 1, kind: 'surge', level: 'critical', sensor: 'north', first: '2026-01-15T09:00:00Z', last: '2026-01-15T09:10:00Z',
  services: [{ name: 'tcp/8728', protocol: 6, port: 8728 }], source_count: 64, sources: [], score: 184.0045, threshold: 17.1962, confidence: 0.99,
  evidence: { counted: 64, expected: 0.005685, ratio: 11257.03, minutes: 10, packets: 659, 'known scanners': 0 } as Record<string, number | string>,
  series: [{ name: 'networks', start: '2026-01-15T08:00:00Z', step: '10min', values: [0, 64] }], engines: [] as string[], sensors: [] as string[], reason: 'What the engine wrote.',
};
const finding = (of: Partial<typeof base>) => findingFrom({ ...base, ...of }) as Finding;
const graph = { feature: 'new edges', value: 0.7442, expected: 0.833 };
const group = { groups: 55, 'largest group': 64, 'usual size of a group here': 0.19, 'sources looked at': 814 };

describe('the sentence of a finding', () => {
  it("is the engine's own in English", () => {
    expect(reasonOf(finding({}))).toBe('What the engine wrote.');
    expect(reasonOf(finding({ reason: '' }))).toMatch(/^64 networks asked for 8728\/tcp within 10 minutes/);
  });
  it('says the numbers in Japanese', () => {
    language.value = 'ja';
    expect(reasonOf(finding({}))).toBe('10 分間に 64 のネットワークが 8728/tcp を要求しました（通常は 0.0057）。偶然に起きる確率は 1e-184.0 で、検知の基準は 1e-17.2 です。');
    expect(reasonOf(finding({ score: 11257.03, threshold: 5, series: [{ ...base.series[0]!, name: 'sources' }] })))
      .toBe('10 分間に 64 の送信元が 8728/tcp を要求しました（通常は 0.0057）。通常の 11257.0 倍で、検知の基準は 5.0 倍です。');
    expect(reasonOf(finding({ evidence: graph }))).toBe('送信元とサービスのグラフの形が変化しました：新しい辺が 0.74（通常は 0.83）。増えたサービス：8728/tcp。');
    expect(reasonOf(finding({ evidence: group, score: 14.54, threshold: 9.32 }))).toBe('64 の送信元が同じ時刻（分単位）に 8728/tcp を要求し、55 回の因子分解で一つの集団になりました。このポートの集団は通常 0.19 です。（スコア 14.54、基準 9.32）');
    expect(reasonOf(finding({ evidence: { series: 'sources', method: 'changefinder', value: 2154, expected: 1381.6, ratio: 1.56 } }))).toMatch('送信元数が 2,154 になりました（この時間帯は通常 1,382）');
    expect(reasonOf(finding({ kind: 'shortage', evidence: {} }))).toBe('判断に必要なデータがまだ足りません。');
  });
  it('of several engines has no score of one of them', () => {
    const both = finding({ kind: 'fused', engines: ['glasso', 'nmf'], evidence: group, score: 0.88, threshold: 0.5 });
    expect(sentence(both)).toBe('2 engines agree (glasso, nmf). 64 sources asked for 8728/tcp in the same minutes; 55 factorisations have them in one group. Groups there usually have 0.19.');
    expect(sentence(finding({ kind: 'high-risk', engines: ['graph', 'surge'] }))).toMatch(/would be a finding\. The graph of sources and services changed its shape/);
  });
  it('of blocks, links and several sensors', () => {
    expect(sentence(finding({ evidence: { blocks: 2, 'largest block': 165, 'usual size of a block here': 7.8, 'sources seen': 2000, 'sources looked at': 1000 } })))
      .toBe('165 sources asked for 8728/tcp in the same minutes, as a block. Blocks there usually have 7.8. (score 184.00 above 17.20) 1,000 of 2,000 sources (50 %), those with most packets, were looked at.');
    expect(sentence(finding({ evidence: { 'published level': 1 }, score: -4.245, threshold: -4.454 }))).toMatch(/64 sources are linked .* \(score -4\.2[45] above -4\.45\) They asked for 8728\/tcp\.$/);
    expect(sentence(finding({ kind: 'global', sensors: ['north', 'south'], evidence: { 'minutes later at south': 20, 'minutes later at north': 0 } })))
      .toBe('8728/tcp is asked for by more sources at 2 sensors: north saw it first, south 20 minutes later.');
  });
  it('says in Japanese what only the English sentence has', () => {
    language.value = 'ja';
    const shape = 'The graph of sources and services has another shape: new edges is 0.7442 where 0.833 is usual.';
    const grew = `${shape} What grew: tcp/8728 (64 sources, 0.2 usual), icmp/8.0 (9 sources, 3.1 usual).`;
    expect(reasonOf(finding({ evidence: graph, reason: grew })))
      .toBe('送信元とサービスのグラフの形が変化しました：新しい辺が 0.74（通常は 0.83）。増えたサービス：8728/tcp（送信元 64、通常 0.2）、icmp 8.0（送信元 9、通常 3.1）。');
    expect(reasonOf(finding({ evidence: graph, reason: `${shape} No service grew.` }))).toMatch(/。増えたサービスはありません。$/);
    expect(reasonOf(finding({ kind: 'high-risk', engines: ['graph', 'surge'], reason: `64 networks asked for tcp/8728 within 10 minutes where 0.0057 are usual: […]. ${grew}` })))
      .toMatch(/検知の基準は 1e-17\.2 です。同時に、送信元とサービスのグラフの形も変化しました：新しい辺が 0\.74（通常は 0\.83）。増えたサービス：8728\/tcp（送信元 64、通常 0\.2）、/);
    const linked = 'are linked with far more others than the rest. tcp/23: 58 of them (91 %), one destination. udp/53: 12 of them (19 %).';
    expect(reasonOf(finding({ evidence: { 'published level': 1 }, reason: linked }))).toMatch(/要求先：23\/tcp（送信元 58、91 %、宛先は一つ）、53\/udp（送信元 12、19 %）。$/);
    expect(reasonOf(finding({ evidence: { 'published level': 1, 'density at 0.5': 0.1, 'density at 0.6': 0.1, 'smallest penalty that alarms': 0.5 }, score: 1, threshold: 0, reason: linked })))
      .toMatch(/^2 個の罰則係数のうち 1 個で、つながりの密度が通常と異なります。要求先：23\/tcp/);
  });
  it('says in Japanese how blocks were found, by which method, and how much is missing', () => {
    language.value = 'ja';
    const block = { 'largest block': 165 };
    const asked = '165 sources asked for tcp/8728 in the same minutes, as a block of';
    expect(reasonOf(finding({ kind: 'fused', engines: ['ntd'], evidence: block, reason: `Found by ntd: ${asked} 10 decompositions has it. Of 900 ports the 500 with most packets were looked at.` })))
      .toBe('ntd による検知。165 の送信元が同じ時刻（分単位）に 8728/tcp を要求し、10 回の分解で得た一つのブロックになりました。パケットの多い 500 ポートを調べました（全 900 ポート）。');
    expect(reasonOf(finding({ evidence: block, reason: `${asked} the decomposition that goes on has it, 12 of 36 intervals into the window.` }))).toMatch('継続中の分解で一つのブロックになりました（期間の 36 区間のうち 12 区間の時点）。');
    expect(reasonOf(finding({ evidence: { series: 'packets', method: 'cusum', value: 2154, expected: 1381.6 }, score: 7, threshold: 5 })))
      .toBe('パケット数が 2,154 になりました（この時間帯は通常 1,382）。（累積和（CUSUM）：スコア 7.00、基準 5.00）');
    const short = (reason: string) => reasonOf(finding({ kind: 'shortage', evidence: {}, reason }));
    expect(short('Not enough data: 12 intervals of 10min were seen, 144 are needed.')).toBe('判断に必要なデータがまだ足りません。10 分ごとの区間を 12 個観測しました。144 個必要です。');
    expect(short('Not enough data: 3 graphs of 1h were seen, 25 are needed.')).toMatch('1 時間ごとのグラフを 3 個');
    expect(short('Not enough data: 3 whole windows of 1h30min were seen, 8 are needed. 2 had a hole.')).toMatch('欠測のない90 分の期間を 3 個観測しました。8 個必要です。欠測のある期間が 2 個ありました。');
    expect(short('Another wording.')).toBe('判断に必要なデータがまだ足りません。');
  });
  it("is the engine's own where a number is missing", () => {
    language.value = 'ja';
    expect(reasonOf(finding({ evidence: { counted: 5 } }))).toBe('What the engine wrote.');
    expect(reasonOf(finding({ evidence: {} }))).toBe('What the engine wrote.');
  });
});
