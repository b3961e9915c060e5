// The keys that do something, and what "?" says of them. A component registers its own while it is shown.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export interface Key {
  /** "g n" (one after the other), "/", "Escape", "Shift+ArrowLeft". */
  key: string;
  help: string;
  do: () => void;
  /** Also while somebody types into a field. */
  always?: boolean;
}

export const keys = signal<readonly (readonly Key[])[]>([]);

/** Registers keys while the component is there; later ones come first. `help` is a sentence in the person's language. */
export function useKeys(of: readonly Key[]) {
  const text = of.map((each) => each.key + each.help).join('\n');
  useEffect(() => {
    keys.value = [...keys.peek(), of];
    return () => {
      keys.value = keys.peek().filter((each) => each !== of);
    };
  }, [text]);
}

export const nameOf = (of: KeyboardEvent): string =>
  (of.shiftKey && of.key.length > 1 ? 'Shift+' : '') + (of.key === ' ' ? 'Space' : of.key);

/** Follows key presses; sequences such as "g n" have a second and a half. Pure but for the time that is given. */
export class KeyReader {
  private before = '';
  private at = 0;
  read(name: string, now: number, among: readonly (readonly Key[])[], isTyping: boolean): Key | null {
    const sequence = this.before && now - this.at < 1500 ? `${this.before} ${name}` : name;
    for (const wanted of sequence === name ? [name] : [sequence, name])
      for (let i = among.length - 1; i >= 0; --i) {
        const found = among[i]?.find((each) => each.key === wanted && (!isTyping || each.always));
        if (found) {
          this.before = '';
          return found;
        }
      }
    this.before = isTyping ? '' : name;
    this.at = now;
    return null;
  }
}

export function listenToKeys() {
  const reader = new KeyReader();
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const at = event.target instanceof HTMLElement ? event.target : null;
    const isTyping = at !== null && (at.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(at.tagName));
    if (event.key === ' ' && at?.tagName === 'BUTTON') return;
    const found = reader.read(nameOf(event), event.timeStamp, keys.peek(), isTyping);
    if (!found) return;
    event.preventDefault();
    found.do();
  });
}
