/** Asterisk on the stage, over its manager interface. */

import { PbxAccount } from '../../../lib/index';
import { asterisk } from '../../../lib/providers/asterisk';
import type { AsteriskVersion } from '../../asterisk-events/replay';
import { FakeAmi, ok } from '../../fakes/ami-server';
import type { Player, Stage } from '../stage';
import { recordedStage } from './recorded-asterisk';

export function asteriskPlayer(version: AsteriskVersion): Player {
  return { title: `asterisk ${version}`, module: asterisk, open: () => open(version) };
}

async function open(version: AsteriskVersion): Promise<Stage> {
  const pbx = await FakeAmi.listen();
  const account = new PbxAccount({
    name: 'Office',
    provider: 'asterisk',
    providers: [asterisk],
    // The shortest waits between two tries.
    random: () => 0,
    config: { host: pbx.host, port: pbx.port, context: 'from-internal', username: 'tester', password: 's3cret' },
  });
  return recordedStage({
    version,
    pbx,
    account,
    driver: 'PJSIP',
    sms: () => pbx.onAction('MessageSend', () => ok({ Message: 'Message successfully sent' })),
    cut: () => pbx.cut(),
    close: () => pbx.close(),
  });
}
