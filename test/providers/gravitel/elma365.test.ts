/**
 * ELMA365's published example for Gravitel (its help, "Integration with IP telephony through a custom module"), re-implemented from its
 * description, against our fake PBX: what that script accepts from a real PBX the fake must give, so that the fake is known to be right.
 * The counterparts in this package are proven beside it.
 */

import assert from 'node:assert/strict';
import { testAccount } from '../../../lib/index';
import type { Member, WebhookRequest } from '../../../lib/index';
import { gravitel, parseWebhook } from '../../../lib/providers/gravitel';
import { openOffice, rejects } from './office';
import type { Office } from './office';

interface ElmaEvent {
  event: 'NotifyStart' | 'NotifyAnswer' | 'NotifyEnd';
  direction: 'In' | 'Out';
  srcPhone: string;
  dstPhone: string;
  disposition: string;
}

interface ElmaRecord extends Omit<ElmaEvent, 'event'> {
  duration: number;
  call: { link: string | undefined; id: string };
}

class Elma365Module {
  constructor(
    readonly endpoint: string,
    readonly apiKey: string,
  ) {}

  async testConnection(): Promise<{ success: boolean; failReason?: string }> {
    try {
      const response = await this.#fetch('accounts');
      // Parsed before the status is looked at: an error that is no JSON shows as a parse error.
      const message = (await response.json()) as { error?: string };
      if (response.status !== 200) throw new Error(`${response.status} ${response.statusText}: ${message.error}`);
      return { success: true };
    } catch (error) {
      return { success: false, failReason: (error as Error).message };
    }
  }

  async members(): Promise<{ id: string; label: string }[]> {
    const response = await this.#fetch('accounts');
    if (response.status !== 200) throw new Error(`received error response ${response.status}`);
    return ((await response.json()) as { name: string; ext: string }[]).map(({ name, ext }) => ({
      id: ext,
      label: name,
    }));
  }

  async generateCall(srcPhone: string, dstPhone: string): Promise<void> {
    const response = await this.#fetch('makeCall', { phone: dstPhone, user: srcPhone });
    if (response.status !== 200) throw new Error(`received error response ${response.status}`);
  }

  parse(headers: Record<string, string>, body: string): { event?: ElmaEvent; callRecord?: ElmaRecord } {
    if (headers['Content-Type'] !== 'application/x-www-form-urlencoded') throw new Error('Expected Content-Type');
    const data: Record<string, string> = {};
    for (const pair of body.split('&')) {
      const [name, value, ...more] = pair.split('=');
      // A plus is not turned into a blank, and a pair with a second equals sign is dropped.
      if (name !== undefined && value !== undefined && more.length === 0)
        data[decodeURIComponent(name)] = decodeURIComponent(value);
    }
    const { phone: srcPhone = '', ext: dstPhone = '' } = data;
    if (data['cmd'] === 'history') {
      const dispositions: Record<string, string> = {
        Success: 'Answered',
        Busy: 'Busy',
        Missed: 'Cancel',
        NotAvailable: 'NoAnswer',
      };
      return {
        callRecord: {
          srcPhone,
          dstPhone,
          direction: data['type'] === 'out' ? 'Out' : 'In',
          duration: parseInt(data['duration'] ?? '', 10),
          call: { link: data['link'], id: data['callid'] ?? '' },
          disposition: dispositions[data['status'] ?? ''] ?? 'Unknown',
        },
      };
    }
    if (data['cmd'] !== 'event') return {};
    const events: Record<string, [ElmaEvent['event'], ElmaEvent['direction'], string]> = {
      INCOMING: ['NotifyStart', 'In', 'Unknown'],
      ACCEPTED: ['NotifyAnswer', 'In', 'Unknown'],
      COMPLETED: ['NotifyEnd', 'In', 'Unknown'],
      CANCELLED: ['NotifyEnd', 'In', 'Cancel'],
      OUTGOING: ['NotifyStart', 'Out', 'Unknown'],
    };
    const found = events[data['type'] ?? ''];
    if (!found) throw new Error(`Unknown event type "${data['type']}"`);
    const [event, direction, disposition] = found;
    return { event: { event, direction, srcPhone, dstPhone, disposition } };
  }

  callLink({ link }: ElmaRecord['call']): string | undefined {
    return link;
  }

  #fetch(cmd: string, more: object = {}): Promise<Response> {
    return fetch(this.endpoint, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ cmd, token: this.apiKey, ...more }),
    });
  }
}

describe('gravitel: the six functions of ELMA365', () => {
  let office: Office;
  let elma: Elma365Module;
  beforeEach(async () => {
    office = await openOffice('L');
    elma = new Elma365Module(office.pbx.url, office.pbx.key);
  });
  afterEach(() => office.close());

  it('test: the example and "test connection" agree, also about a wrong key', async () => {
    assert.deepEqual(await elma.testConnection(), { success: true });
    const { failReason } = await new Elma365Module(office.pbx.url, 'wrong').testConnection();
    assert.match(failReason ?? '', /^401 .*: Invalid token$/);
    const { url, crmToken, key } = office.pbx;
    const check = (apiKey: string) =>
      testAccount(
        { name: 'x', provider: 'gravitel', config: { url, crmToken, apiKey }, providers: [gravitel] },
        AbortSignal.timeout(5_000),
      );
    assert.match((await check(key)).summary, /2 employees/);
    await rejects(check('wrong'), 'unauthorized', /Invalid token/);
  });

  it('members: the same people by the same extensions', async () => {
    const theirs = await elma.members();
    assert.deepEqual(theirs, [
      { id: '712', label: 'ivanova' },
      { id: '713', label: 'petrov' },
    ]);
    const { payload } = await office.account.execute({ command: 'query', query: 'members' });
    assert.deepEqual(
      (payload.result as Member[]).map(({ extension, login }) => ({ id: extension, label: login })),
      theirs,
    );
  });

  it('generate call: the same request comes of it', async () => {
    await elma.generateCall('712', '74950001122');
    await office.account.execute({ command: 'call', from: '712', to: '74950001122' });
    assert.deepEqual(office.pbx.wanted[0], office.pbx.wanted[1]);
    await assert.rejects(elma.generateCall('799', '74950001122'), /400/);
  });

  it('parse webhook and recording link: a group call of the fake is understood by both', async () => {
    const seen: (ElmaEvent | ElmaRecord | undefined)[] = [];
    const ours: string[] = [];
    office.pbx.deliver = (request: WebhookRequest) => {
      const { event, callRecord } = elma.parse(
        { 'Content-Type': request.headers['content-type'] ?? '' },
        String(request.body),
      );
      seen.push(event ?? callRecord);
      const parsed = parseWebhook(request, { crmToken: office.pbx.crmToken });
      for (const notice of parsed.events) ours.push(`${notice.event} ${notice.employee?.extension}`);
      for (const notice of parsed.records) ours.push(`${notice.disposition} ${notice.duration} ${notice.link}`);
      return parsed.response;
    };
    const call = office.pbx.call('C1', { group: true });
    await call.incoming('ivanova');
    await call.incoming('petrov');
    await call.accepted('petrov');
    await call.cancelled('ivanova');
    await call.completed('petrov');
    await call.history('Success', {
      login: 'petrov',
      wait: 7,
      talk: 57,
      link: 'https://rec.example.org/a+1.mp3?k=v&x=%20',
    });
    const sides = { srcPhone: '74950001122', direction: 'In' };
    assert.deepEqual(seen, [
      { event: 'NotifyStart', dstPhone: '712', disposition: 'Unknown', ...sides },
      { event: 'NotifyStart', dstPhone: '713', disposition: 'Unknown', ...sides },
      { event: 'NotifyAnswer', dstPhone: '713', disposition: 'Unknown', ...sides },
      { event: 'NotifyEnd', dstPhone: '712', disposition: 'Cancel', ...sides },
      { event: 'NotifyEnd', dstPhone: '713', disposition: 'Unknown', ...sides },
      {
        dstPhone: '713',
        duration: 64,
        call: { link: 'https://rec.example.org/a+1.mp3?k=v&x=%20', id: 'C1' },
        disposition: 'Answered',
        ...sides,
      },
    ]);
    assert.deepEqual(ours, [
      'ringing 712',
      'ringing 713',
      'answered 713',
      'cancelled 712',
      'completed 713',
      'answered 64 https://rec.example.org/a+1.mp3?k=v&x=%20',
    ]);
    assert.equal(elma.callLink((seen[5] as ElmaRecord).call), 'https://rec.example.org/a+1.mp3?k=v&x=%20');
  });
});
