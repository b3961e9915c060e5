// Numbers, times, names of countries, in the person's language; times always say their zone.
import { language, zone, type Language, type Zone } from '../state/settings';
import { say } from '.';

const locales = { en: 'en-GB', ja: 'ja-JP' } as const;
const zones: Record<Zone, string> = { UTC: 'UTC', JST: 'Asia/Tokyo' };
export const zoneName = (): string => zones[zone.value];

/** "1,234,567"; what is not known is a dash. */
export function whole(of: number | null | undefined): string {
  return of === null || of === undefined || !Number.isFinite(of) ? '–' : Math.round(of).toLocaleString('en-US');
}

type Steps = readonly (readonly [number, string])[];
const steps: Readonly<Record<Language, Steps>> = {
  en: [[1e12, ' T'], [1e9, ' G'], [1e6, ' M'], [1e3, ' k']],
  ja: [[1e12, '兆'], [1e8, '億'], [1e4, '万']],
};
/** "1.23 M", "123万": three digits; in Japanese all digits below ten thousand. */
export function short(of: number | null | undefined): string {
  if (of === null || of === undefined || !Number.isFinite(of)) return '–';
  const size = Math.abs(of);
  for (const [step, unit] of steps[language.value]) if (size >= step * 0.9995) return digits(of / step) + unit;
  return Number.isInteger(of) || size >= 999.5 ? whole(of) : digits(of);
}
function digits(of: number): string {
  const size = Math.abs(of);
  if (size < 0.0995) return of === 0 ? '0' : size < 1e-4 ? of.toExponential(1) : of.toPrecision(2);
  return of.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}
/** The same without the zeros that say nothing: of round numbers, at axes. */
export const round = (of: number): string => short(of).replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

/** "12.3 %". */
export const percent = (part: number): string =>
  Number.isFinite(part) ? `${(part * 100).toFixed(Math.abs(part) >= 0.0995 ? 0 : 1)} %` : '–';

/** "2026-01-15 09:30:00", in the zone that is chosen. */
export function time(ms: number | null, of: { seconds?: boolean; date?: boolean; zone?: boolean } = {}): string {
  if (ms === null || !Number.isFinite(ms)) return '–';
  const shifted = new Date(ms + (zone.value === 'JST' ? 9 * 3600_000 : 0)).toISOString();
  const clock = shifted.slice(11, of.seconds === false ? 16 : 19);
  return (of.date === false ? clock : `${shifted.slice(0, 10)} ${clock}`) + (of.zone === false ? '' : ` ${zone.value}`);
}

/** Of an API's time text. */
export const timeOf = (text: string | null, of?: Parameters<typeof time>[1]): string =>
  time(text === null ? null : Date.parse(text), of);

/** "2026-01-15 09:30 – 10:00 UTC"; the day of the end only where it is another. */
export function spanText(first: string | null, last: string | null): string {
  const [from, to] = [timeOf(first, { seconds: false, zone: false }), timeOf(last, { seconds: false })];
  return from.slice(0, 10) === to.slice(0, 10) && from.length > 10 ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
}

/** "42 s", "3 min", "5 h". */
export function age(seconds: number): string {
  if (seconds < 90) return say('time.s', { n: Math.max(0, Math.round(seconds)) });
  if (seconds < 90 * 60) return say('time.min', { n: Math.round(seconds / 60) });
  if (seconds < 48 * 3600) return say('time.h', { n: Math.round(seconds / 3600) });
  return say('time.d', { n: Math.round(seconds / 86400) });
}

const names = new Map<string, Intl.DisplayNames>();
export function countryName(code: string | null | undefined): string {
  if (!code) return say('country.none');
  const locale = locales[language.value];
  let of = names.get(locale);
  if (!of) names.set(locale, (of = new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' })));
  try {
    return of.of(code) ?? code;
  } catch {
    return code;
  }
}

/** What ports are known for; for reading, not for judging. */
const services: Readonly<Record<number, string>> = {
  21: 'ftp', 22: 'ssh', 23: 'telnet', 25: 'smtp', 53: 'dns', 80: 'http', 81: 'http', 110: 'pop3', 111: 'rpcbind', 123: 'ntp',
  135: 'msrpc', 137: 'netbios', 139: 'netbios', 143: 'imap', 161: 'snmp', 389: 'ldap', 443: 'https', 445: 'smb', 465: 'smtps',
  500: 'ike', 502: 'modbus', 554: 'rtsp', 587: 'smtp', 623: 'ipmi', 631: 'ipp', 993: 'imaps', 995: 'pop3s', 1080: 'socks',
  1433: 'mssql', 1521: 'oracle', 1723: 'pptp', 1883: 'mqtt', 1900: 'ssdp', 2323: 'telnet', 2375: 'docker', 3128: 'proxy',
  3306: 'mysql', 3389: 'rdp', 5038: 'asterisk', 5060: 'sip', 5432: 'postgres', 5555: 'adb', 5900: 'vnc', 5901: 'vnc', 6379: 'redis',
  7547: 'tr-069', 8080: 'http', 8081: 'http', 8088: 'http', 8291: 'winbox', 8443: 'https', 8728: 'mikrotik', 9200: 'elastic',
  11211: 'memcached', 27017: 'mongodb', 37215: 'huawei', 52869: 'upnp',
};
export const serviceOf = (port: number): string | null => services[port] ?? null;
