// How much the pages show at first, where the URL does not say it: a day, or less where there is less. A capture of
// minutes, or a server of yesterday's installation, would be a line at the edge of a day.
import { effect } from '@preact/signals';
import { get, may, me } from '../api/client';
import { dataNow, isSpanOpen, query, setRange } from '../state/store';
import { spanOf } from '../state/query';

/** Chooses once, when there are data and it is known who asks. */
export function chooseFirstSpan(): void {
  let isAsked = false;
  effect(() => {
    if (isAsked || !isSpanOpen.value || me.value === null || (dataNow.value === null && may('viewer'))) return;
    isAsked = true;
    if (!may('viewer')) return void (isSpanOpen.value = false);
    get('/api/v1/statistics').then(
      ({ first_minute: first, last_minute: last }) => {
        // Meanwhile a person may have chosen.
        const { range } = query.peek();
        if (first && last && range.live && range.isOpen) setRange({ live: true, span: spanOf((Date.parse(last) - Date.parse(first)) / 1000) }, { replace: true });
      },
      () => undefined,
    ).finally(() => (isSpanOpen.value = false));
  });
}
