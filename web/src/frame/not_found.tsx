import { say } from '../language';

export function NotFound({ path }: { path: string }) {
  return (
    <div class="state" style={{ height: '100%' }}>
      <h2>{say('notfound.title')}</h2>
      <p>{say('notfound.text', { path })}</p>
    </div>
  );
}
