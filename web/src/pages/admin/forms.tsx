// What the forms of administration share: doing something, what went wrong, what is told once.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { asProblem } from '../../api/client';
import type { Problem } from '../../api/problem';
import { Failure } from '../../parts/panel';
import { say } from './words';

export interface Doing {
  isBusy: boolean;
  problem: Problem | null;
  /** Does it, one at a time; true when it worked. */
  run: (what: () => Promise<unknown>) => Promise<boolean>;
}

export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (what: () => Promise<unknown>) => {
    if (isBusy) return false;
    setBusy(true);
    setProblem(null);
    try {
      await what();
      return true;
    } catch (wrong) {
      setProblem(asProblem(wrong));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problem, run };
}

export const Wrong = ({ of }: { of: Doing }) => (of.problem ? <Failure of={of.problem} /> : null);

/** A password or token that is never shown again. */
export function Secret({ value, onHide }: { value: string; onHide: () => void }) {
  return (
    <div class="secret" role="alert">
      <span>{say('secret')}</span>
      <code>{value}</code>
      <span class="actions">
        <button type="button" class="button main" onClick={() => void navigator.clipboard?.writeText(value)}>{say('secret.copy')}</button>
        <button type="button" class="button" onClick={onHide}>{say('secret.hide')}</button>
      </span>
    </div>
  );
}

export function Labelled({ name, help, children }: { name: string; help?: string; children: ComponentChildren }) {
  return (
    <label>
      <span>{name}</span>
      {children}
      {help && <small class="quiet">{help}</small>}
    </label>
  );
}
