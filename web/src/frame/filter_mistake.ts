// What is wrong with a filter: with that of the URL as the server said it to whichever part asked first, with one that
// somebody wrote before anything is asked with it.
import { computed, signal } from '@preact/signals';
import { act, may } from '../api/client';
import type { Schemas } from '../api/types';
import { filter } from '../state/store';

export interface FilterMistake {
  /** The filter. */
  of: string;
  /** From 1. */
  column: number;
  message: string;
  expected?: string | null;
}

const said = signal<FilterMistake | null>(null);

export function sayFilterMistake(of: string, column: number, message: string) {
  const before = said.peek();
  if (before?.of !== of || before.message !== message) said.value = { of, column, message };
}

/** Null as soon as the filter is another. */
export const filterMistake = computed(() => (said.value?.of === filter.value && filter.value ? said.value : null));

/** Packets first: their mistake is told when a filter fits nothing. Scan events and attacks have fields of their own. */
const askable = ['packets', 'events', 'attacks'] as const;

/** Null: it is right for something, or it cannot be known (the server is away, or does not say it to this role). */
export async function checkFilter(text: string): Promise<FilterMistake | null> {
  if (text === '' || !may('viewer')) return null;
  let first: FilterMistake | null = null;
  for (const of of askable) {
    try {
      const answer = await act<Schemas['filter_check']>('POST', '/api/v1/filter/check', { expression: text, of });
      if (!answer?.problem) return null;
      first ??= { of: text, column: answer.problem.column ?? 1, message: answer.problem.message, expected: answer.problem.expected };
    } catch {
      return null;
    }
  }
  return first;
}
