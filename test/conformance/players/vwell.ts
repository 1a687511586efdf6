/**
 * vwell-bpx-srv on the stage: the fake server reads what the Asterisk behind it says in its own way and hands it on. The phones are those
 * of chan_sip, the only ones the server can call.
 */

import { PbxAccount } from '../../../lib/index';
import type { AsteriskVersion } from '../../asterisk-events/replay';
import { FakeAmi, ok } from '../../fakes/ami-server';
import { FakeVwell } from '../../fakes/vwell-server';
import { answerLists, moduleWith } from '../../providers/vwell/office';
import type { Player, Stage } from '../stage';
import { recordedStage } from './recorded-asterisk';

const vwell = moduleWith();

export function vwellPlayer(version: AsteriskVersion): Player {
  return { title: `vwell before asterisk ${version}`, module: vwell, open: () => open(version) };
}

async function open(version: AsteriskVersion): Promise<Stage> {
  const pbx = await FakeAmi.listen();
  answerLists(pbx);
  const server = await FakeVwell.listen({
    ami: { host: pbx.host, port: pbx.port, username: 'tester', password: 's3cret' },
    secret: 'house key',
  });
  const account = new PbxAccount({
    name: 'Office',
    provider: 'vwell',
    providers: [vwell],
    // The shortest waits between two tries.
    random: () => 0,
    config: { url: server.url, secret: 'house key' },
  });
  return recordedStage({
    version,
    pbx,
    account,
    driver: 'SIP',
    sms: () => pbx.onAction('command', () => ({ ...ok({ Privilege: 'Command' }), response: 'Follows' })),
    cut: () => server.cut(),
    async close() {
      await server.close();
      await pbx.close();
    },
  });
}
