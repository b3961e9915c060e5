// The sentence of a finding. Engines write theirs in English; in Japanese it is made from the numbers that a finding has,
// and from those that only the English sentence has (written.ts).
import { say as sayCommon } from '../language';
import { percent, round, whole } from '../language/format';
import { language } from '../state/settings';
import { evidenceOf, serviceName, type Finding } from './finding';
import { say } from './words';
import { amountIn, askedIn, decompositionsIn, grownIn, portsIn, progressIn, shapeIn } from './written';

const features = ['edges', 'density', 'largest component', 'entropy of services', 'new edges'] as const;
export function featureName(of: string): string | null {
  const known = features.find((each) => each === of);
  return known ? say(`feature.${known.replaceAll(' ', '-') as 'edges'}`) : null;
}

/** What the engine wrote, where the person reads English; else what can be said of its numbers, or else what it wrote. */
export function reasonOf(of: Finding): string {
  if (language.value === 'en' && of.reason !== '') return of.reason;
  return sentence(of) ?? of.reason;
}

/** Null: a number is not there that the sentence needs. */
export function sentence(of: Finding): string | null {
  if (of.kind === 'shortage') return shortage(of);
  const found = evidenceSentence(of);
  if (found === null) return null;
  if (of.kind === 'high-risk') return found + highRisk(of);
  if (of.kind !== 'fused') return found;
  return say(of.engines.length > 1 ? 'reason.fused' : 'reason.fused.one', { count: of.engines.length, engines: of.engines.join(', '), sentence: found });
}

const textOf = (of: Finding, name: string): string | null => {
  const value = of.evidence.find((each) => each.name === name)?.value;
  return typeof value === 'string' ? value : null;
};
const has = (of: Finding, name: string): boolean => of.evidence.some((each) => each.name === name);

/** Not rounded: "90 min". */
function lengthOf(seconds: number): string {
  if (seconds % 3600 === 0) return sayCommon('time.h', { n: seconds / 3600 });
  return seconds % 60 === 0 ? sayCommon('time.min', { n: seconds / 60 }) : sayCommon('time.s', { n: seconds });
}

function shortage(of: Finding): string {
  const found = amountIn(of.reason);
  if (found === null) return say('reason.shortage');
  const { seen, needed, what, broken, length } = found;
  const text = say(`reason.shortage.${what === 'whole windows' ? 'windows' : what}`, { seen: whole(seen), needed: whole(needed), length: lengthOf(length) });
  return broken > 0 ? text + say('reason.shortage.broken', { broken: whole(broken) }) : text;
}

/** What the surge is joined with: the shape of the graph, and what grew in it. */
function highRisk(of: Finding): string {
  const shape = shapeIn(of.reason);
  if (shape === null) return say('reason.high-risk');
  return say('reason.high-risk.shape', { feature: featureName(shape.feature) ?? shape.feature, value: round(shape.value), expected: round(shape.expected) }) + grown(of, []);
}

/** Of several engines a finding has the evidence of one: its names say which. */
function evidenceSentence(of: Finding): string | null {
  if (has(of, 'counted')) return surge(of);
  if (has(of, 'feature')) return graph(of);
  if (has(of, 'largest group')) return group(of);
  if (has(of, 'largest block')) return block(of);
  if (has(of, 'published level')) return has(of, 'smallest penalty that alarms') ? dense(of) : linked(of);
  if (has(of, 'series') && has(of, 'value')) return change(of);
  return of.kind === 'global' ? global(of) : null;
}

const services = (of: Finding): string => of.services.slice(0, 5).map(serviceName).join(', ') + (of.services.length > 5 ? ` +${of.services.length - 5}` : '');

/** Of one engine's own finding: several engines together have a score of another kind. */
function judged(of: Finding): { score: string; threshold: string } | null {
  if (of.kind === 'fused' || of.score === null || of.threshold === null) return null;
  return { score: of.score.toFixed(2), threshold: of.threshold.toFixed(2) };
}
const withJudgement = (of: Finding, text: string): string => {
  const by = judged(of);
  return by ? text + say('reason.score', by) : text;
};

function surge(of: Finding): string | null {
  const [counted, expected, minutes, ratio] = ['counted', 'expected', 'minutes', 'ratio'].map((name) => evidenceOf(of, name));
  if (counted == null || expected == null || minutes == null) return null;
  const text = say(of.series[0]?.name === 'sources' ? 'reason.surge.sources' : 'reason.surge.networks', { counted: whole(counted), service: services(of), minutes, expected: round(expected) });
  const isRatio = ratio != null && of.score !== null && Math.abs(of.score - ratio) < 1e-6 * ratio;
  if (of.kind === 'fused' || of.score === null || of.threshold === null) return text;
  return text + say(isRatio ? 'reason.surge.ratio' : 'reason.surge.chance', { score: of.score.toFixed(1), threshold: of.threshold.toFixed(1) });
}

function graph(of: Finding): string | null {
  const [feature, value, expected] = [textOf(of, 'feature'), evidenceOf(of, 'value'), evidenceOf(of, 'expected')];
  if (feature === null || value === null || expected === null) return null;
  const text = say('reason.graph', { feature: featureName(feature) ?? feature, value: round(value), expected: round(expected) });
  return text + grown(of, of.services.map(serviceName));
}

/** Which services grew: by how much where it is written, else those that the finding names. */
function grown(of: Finding, names: string[]): string {
  const all = grownIn(of.reason);
  if (all?.length === 0) return say('reason.graph.none');
  const each = all?.map((one) => say('reason.graph.one', { service: one.service, sources: whole(one.sources), usual: round(one.usual) })) ?? names;
  return each.length > 0 ? say('reason.graph.grew', { services: each.join(say('list.comma')) }) : '';
}

function group(of: Finding): string | null {
  const [largest, groups, usual] = ['largest group', 'groups', 'usual size of a group here'].map((name) => evidenceOf(of, name));
  if (largest == null || groups == null) return null;
  const text = say('reason.group', { sources: whole(largest), service: services(of), groups: whole(groups) });
  return withJudgement(of, usual == null ? text : text + say('reason.group.usual', { usual: round(usual) })) + bound(of);
}

function block(of: Finding): string | null {
  const [largest, usual] = ['largest block', 'usual size of a block here'].map((name) => evidenceOf(of, name));
  if (largest == null) return null;
  const [times, progress, ports] = [decompositionsIn(of.reason), progressIn(of.reason), portsIn(of.reason)];
  const known = { sources: whole(largest), service: services(of) };
  const text = times !== null ? say('reason.block.times', { ...known, times: whole(times) })
    : progress !== null ? say('reason.block.early', { ...known, done: whole(progress.done), all: whole(progress.of) }) : say('reason.block', known);
  return withJudgement(of, usual == null ? text : text + say('reason.block.usual', { usual: round(usual) }))
    + (ports === null ? '' : say('reason.bound.ports', { looked: whole(ports.looked), seen: whole(ports.seen) })) + bound(of);
}

const linked = (of: Finding): string =>
  withJudgement(of, say('reason.linked', { sources: whole(of.sourceCount) })) + askedFor(of) + bound(of);

/** By the published rule: the score is the number of penalties at which the density is unusual. */
const dense = (of: Finding): string =>
  say('reason.dense', { alarms: whole(of.score), penalties: whole(of.evidence.filter((each) => each.name.startsWith('density at')).length) }) + askedFor(of) + bound(of);

function askedFor(of: Finding): string {
  const each = askedIn(of.reason).map((one) => say(one.hasOneDestination ? 'reason.asked.single' : 'reason.asked.one', { service: one.service, sources: whole(one.sources), share: one.share }));
  const names = each.length > 0 ? each.join(say('list.comma')) : services(of);
  return names === '' ? '' : say('reason.asked', { services: names });
}

/** Not all sources were looked at. */
function bound(of: Finding): string {
  const [seen, looked] = [evidenceOf(of, 'sources seen'), evidenceOf(of, 'sources looked at')];
  return seen === null || looked === null ? '' : say('reason.bound', { looked: whole(looked), seen: whole(seen), part: percent(looked / Math.max(1, seen)) });
}

function change(of: Finding): string | null {
  const [value, expected] = [evidenceOf(of, 'value'), evidenceOf(of, 'expected')];
  if (value === null || expected === null) return null;
  const text = say(textOf(of, 'series') === 'packets' ? 'reason.change.packets' : 'reason.change.sources', { value: whole(value), expected: whole(expected) });
  const by = judged(of);
  const method = textOf(of, 'method');
  return by && method !== null ? text + say('reason.change.method', { ...by, method: methodName(method) }) : withJudgement(of, text);
}

const methods = ['changefinder', 'cusum', 'bayes', 'bursts'] as const;
function methodName(of: string): string {
  const known = methods.find((each) => each === of);
  return known ? say(`method.${known}`) : of;
}

const later = 'minutes later at ';
function global(of: Finding): string {
  const order = of.evidence.flatMap((each) => (each.name.startsWith(later) && typeof each.value === 'number' ? [{ sensor: each.name.slice(later.length), minutes: each.value }] : []));
  const said = order.sort((a, b) => a.minutes - b.minutes)
    .map((each, i) => (i === 0 ? say('reason.global.first', { sensor: each.sensor }) : say('reason.global.later', { sensor: each.sensor, minutes: whole(each.minutes) })));
  return say('reason.global', { service: services(of), count: of.sensors.length || order.length, order: said.join(', ') });
}
