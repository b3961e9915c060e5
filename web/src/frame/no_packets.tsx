// Above a page as long as no packet has ever come: what to do, so that empty panels are not taken for a quiet telescope.
import { may } from '../api/client';
import { useAsk } from '../api/use_ask';
import { say } from '../language';
import { linkTo } from '../state/store';
import { pipeline } from '../stream/live';

export function NoPackets() {
  const sensors = pipeline.value?.sensors;
  const isSilent = sensors !== undefined && sensors.every((each) => each.latest_packet === null);
  // What was imported, or came before the sensors were others, is in the store all the same.
  const known = useAsk('/api/v1/statistics', isSilent && may('viewer') ? {} : null, { every: 10 });
  if (!isSilent || known.data === null || known.data.first_minute) return null;
  const [before, after] = say('nodata.look').split('{page}');
  return (
    <section class="no-packets" role="status">
      <h2>{say('nodata.title')}</h2>
      {sensors.length === 0 ? (
        <>
          <p>{say('nodata.none')}</p>
          <pre>{'[sensor.north]\ninterface = "eth0"'}</pre>
          <p>{say('nodata.try')}</p>
          <pre>kizashi serve --data demo --scenario outbreak --speed 60</pre>
        </>
      ) : <p>{say('nodata.waits', { sensors: sensors.map((each) => each.name).join(', ') })}</p>}
      <p class="quiet">{before}<a class="entity" href={linkTo('/sensors')}>{say('nodata.sensors')}</a>{after}</p>
    </section>
  );
}
