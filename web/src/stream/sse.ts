// Server-sent events (WHATWG HTML, section 9.2) from the bytes of a fetch: lines to events.

export interface ServerEvent {
  id: string;
  topic: string;
  data: string;
}

/** Gives events to `take` as their last line comes. Comments and ids without data are seen by `id` alone. */
export class EventReader {
  /** The last id: where to go on. */
  id = '';
  private rest = '';
  private topic = '';
  private data: string[] = [];
  constructor(private readonly take: (each: ServerEvent) => void) {}

  read(text: string) {
    this.rest += text;
    for (;;) {
      const end = this.rest.search(/[\r\n]/);
      // A "\r" at the very end may be half of "\r\n".
      if (end < 0 || (this.rest[end] === '\r' && end + 1 === this.rest.length)) return;
      const length = this.rest.startsWith('\r\n', end) ? 2 : 1;
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + length);
      this.line(line);
    }
  }

  private line(text: string) {
    if (text === '') return this.end();
    if (text.startsWith(':')) return;
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'event') this.topic = value;
    else if (name === 'data') this.data.push(value);
  }

  private end() {
    if (this.data.length > 0) this.take({ id: this.id, topic: this.topic || 'message', data: this.data.join('\n') });
    this.topic = '';
    this.data = [];
  }
}
