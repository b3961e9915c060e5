import { render } from 'preact';
import './look/tokens.css';
import './look/base.css';
import './parts/parts.css';
import './parts/table.css';
import './parts/top_list.css';
import './frame/frame.css';
import { learnWhoIAm } from './api/client';
import { chooseFirstSpan } from './frame/first_span';
import { Frame } from './frame/frame';
import { listenToKeys } from './state/keys';
import { openStreams } from './stream/live';

const app = document.getElementById('app');
if (app) render(<Frame />, app);
listenToKeys();

/** Until the server says who asks, it is asked again: the pages may be open before it is there. */
async function begin() {
  for (let wait = 1000; ; wait = Math.min(15_000, wait * 2)) {
    try {
      return await learnWhoIAm();
    } catch {
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}
void begin();
chooseFirstSpan();
openStreams();
