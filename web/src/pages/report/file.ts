// Reports as files: the one that is shown, made by the server, and those that it wrote on schedule.
import { urlOf } from '../../api/client';
import { language } from '../../state/settings';

export interface Written {
  file: string;
  period: { kind: string; name: string };
  format: 'json' | 'html' | 'pdf';
  language: 'en' | 'ja' | null;
  bytes: number;
}

/** Of the report that is shown, in the person's language. */
export const fileUrl = (of: { period: string; at: string | undefined; filter: string }): string =>
  urlOf('/api/v1/report', { ...of, format: 'html', language: language.value });

export const writtenUrl = (file: string): string => `/api/v1/reports/${encodeURIComponent(file)}`;

/** The files of each period, the newest first as the server lists them; those of the language, and JSON. */
export function byPeriod(rows: readonly Written[], of: 'en' | 'ja'): { name: string; files: Written[] }[] {
  const out: { name: string; files: Written[] }[] = [];
  for (const each of rows) {
    if (each.language !== null && each.language !== of) continue;
    const last = out[out.length - 1];
    if (last?.name === each.period.name) last.files.push(each);
    else out.push({ name: each.period.name, files: [each] });
  }
  return out;
}
