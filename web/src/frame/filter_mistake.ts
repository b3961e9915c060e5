// What is wrong with the filter of the URL, as the server said it to whichever part asked first.
import { computed, signal } from '@preact/signals';
import { filter } from '../state/store';

const said = signal<{ of: string; column: number; message: string } | null>(null);

export function sayFilterMistake(of: string, column: number, message: string) {
  const before = said.peek();
  if (before?.of !== of || before.message !== message) said.value = { of, column, message };
}

/** Null as soon as the filter is another. */
export const filterMistake = computed(() => (said.value?.of === filter.value && filter.value ? said.value : null));
