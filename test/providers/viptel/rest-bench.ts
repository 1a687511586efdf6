/** An account with REST on a fake VIPTel, and a record of its history. */

import { VirtualClock } from '../../../lib';
import { Bench } from './bench';
import { FakeWeb } from './fake-web';

export const RECORD = {
  id: '7',
  type: 'incoming',
  when: '2026-05-28 11:06:53',
  caller: '00421900000001',
  caller_name: null,
  received: '0200000002',
  received_name: null,
  destination: '21',
  destination_name: 'Eva',
  duration: '36',
  status: 'answered',
  application: 'queue',
  recording_file: 'q-500-00421900000001-20260528-110653-1700000000.4.mp3',
  unique_id: '1700000000.4',
  complete_duration: '41',
};

/** Open, and done with what it reads by itself at first. */
export async function openRest(): Promise<{ clock: VirtualClock; web: FakeWeb; bench: Bench }> {
  const clock = new VirtualClock(Date.parse('2026-05-28T12:00:00Z'));
  const web = await FakeWeb.listen(clock);
  const bench = await Bench.open({ clock, config: web.config });
  bench.idle = () => web.busy === 0;
  await bench.until('the present was read', () => web.count('/api/queue/status') === 1);
  await bench.play();
  return { clock, web, bench };
}
