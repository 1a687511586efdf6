/** The stage of the Asterisk suite with vwell-bpx-srv in between: real phones, a real PBX, and an account that hears and asks through the server. */
import { FakeVwell } from '../../fakes/vwell-server';
import { onEachAsterisk, type Stage } from '../asterisk/suite';
import { SipSpelling } from './sip-spelling';

const SECRET = 'house key';
const HOUR_MS = 3_600_000;
const PHONES = ['1001', '1002', '1003', '1004'];

export interface VwellStage {
  readonly stage: Stage;
  readonly server: FakeVwell;
}

export function onEachAsteriskBehindVwell(title: string, define: (on: () => VwellStage) => void): void {
  onEachAsterisk(`vwell-bpx-srv in front of it: ${title}`, (stage) => {
    let spelling: SipSpelling | undefined;
    let server: FakeVwell | undefined;

    before(async function () {
      this.timeout(180_000);
      const { pbx } = stage();
      await ownContexts(stage());
      spelling = await SipSpelling.before(pbx.addresses.amiPort);
      server = await FakeVwell.listen({
        ami: { host: '127.0.0.1', port: spelling.port, username: 'flow', password: pbx.addresses.secret },
        secret: SECRET,
        // On a slow machine a minute may pass between two tests; the one that is about it says so itself.
        idleMs: HOUR_MS,
      });
      await stage().reopen({ provider: 'vwell', config: { url: server.url, secret: SECRET, context: '' } });
      stage().log.clear();
    });

    after(async () => {
      await server?.close();
      await spelling?.close();
    });

    define(() => {
      if (server === undefined) throw new Error('no server');
      return { stage: stage(), server };
    });
  });
}

/** A Yeastar PBX has a context for each extension; here each leads to where all phones dial. Again after a restart of Asterisk. */
export async function ownContexts({ pbx }: Stage): Promise<void> {
  for (const phone of PHONES)
    await pbx.tap.action({
      Action: 'Command',
      Command: `dialplan add include from-internal into DLPN_DialPlan${phone}`,
    });
}
