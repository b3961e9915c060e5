// What the colour of a packet's mark means: its class, or its tool. Colours are by number, 0 to 7, so that a mark keeps a
// byte; `colors` says what they are in the theme.
import { className, say } from '../language';
import { classColorAt, classMarks, lineColor, tokenColor } from '../look/palette';
import { term } from '../state/filter';
import type { Frame } from '../stream/frames';

export type ColourBy = 'class' | 'tool';
export interface ColourName {
  index: number;
  name: string;
  color: string;
  /** The condition that a click adds; null: of several. */
  term: string | null;
}

/** Tools get colours in the order in which they are seen: six of them, the rest share one. */
const mostTools = 6;

export class Colouring {
  private readonly slots = new Map<number, number>();
  /** Marks of each colour that were asked for. */
  readonly counts = new Array<number>(8).fill(0);
  constructor(readonly by: ColourBy) {}

  index(frame: Frame, i: number): number {
    const at = this.by === 'class' ? Math.min(7, frame.class[i] ?? 7) : this.slotOf(frame.tool[i] ?? 0);
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    return at;
  }
  private slotOf(tool: number): number {
    if (tool === 0) return 7;
    let slot = this.slots.get(tool);
    if (slot === undefined) {
      slot = Math.min(mostTools, this.slots.size);
      this.slots.set(tool, slot);
    }
    return slot;
  }

  color(index: number): string {
    if (this.by === 'class') return classColorAt(index);
    return index === 7 ? tokenColor('--ink-3') : index === mostTools ? tokenColor('--ink-2') : lineColor(index);
  }

  /** Those that were seen, the most frequent first. */
  names(toolNames: ReadonlyMap<number, string>): ColourName[] {
    return this.counts
      .flatMap((count, index) => (count > 0 ? [{ count, index }] : []))
      .sort((a, b) => b.count - a.count)
      .map(({ index }) => ({ index, color: this.color(index), ...this.nameOf(index, toolNames) }));
  }
  private nameOf(index: number, toolNames: ReadonlyMap<number, string>): { name: string; term: string | null } {
    if (this.by === 'class') {
      const name = classMarks[index]?.name ?? 'other';
      return { name: className(name), term: term('class', name) };
    }
    if (index === 7) return { name: say('tools.none'), term: term('fingerprint', null) };
    if (index === mostTools) return { name: say('tools.others'), term: null };
    const tool = [...this.slots].find(([, slot]) => slot === index)?.[0] ?? 0;
    const name = toolNames.get(tool) ?? String(tool);
    return { name, term: term('fingerprint', name) };
  }
}
