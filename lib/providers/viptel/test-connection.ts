/** "Test connection" of the account form: logs in to every service that is set up, looks round, and logs out. */

import { PbxError } from '../../model';
import type { ProviderConfig, ProviderHost, TestReport } from '../../provider';
import { HttpClient } from '../../transport/http';
import { ViptelRest } from './rest';
import { extensions, queues } from './rest-lists';
import { ViptelSession } from './session';
import { settingsOf } from './settings';
import { Sms } from './sms';

const nothing = () => undefined;

export async function testConnection(
  config: ProviderConfig,
  { account, clock, tls, proxy, log }: ProviderHost,
  signal: AbortSignal,
): Promise<TestReport> {
  const settings = settingsOf(config, account);
  const { url, username, password, restUrl, sms } = settings;
  const http = new HttpClient({ account, clock, tls, proxy });
  const found: string[] = [];
  const details: Record<string, unknown> = {};
  try {
    const session = await ViptelSession.open({
      account,
      url,
      username,
      password,
      clock,
      tls,
      proxy,
      signal,
      silence: null,
      onEvent: nothing,
      onOther: nothing,
      onMalformed: nothing,
      onStray: nothing,
      onDegraded: nothing,
      onFault: nothing,
    });
    await session.close();
    found.push(`logged in as ${username}`);
    const common = { account, clock, http, log, fact: nothing, warning: nothing };
    if (restUrl !== null) {
      const rest = new ViptelRest({ ...common, url: restUrl, username, password });
      const [numbers, lines] = [await extensions(rest, signal), await queues(rest, signal)];
      found.push(`REST: ${count(numbers.length, 'extension')}, ${count(lines.length, 'queue')}`);
      Object.assign(details, { extensions: numbers.length, queues: lines.length });
    }
    if (sms) {
      const desk = new Sms({ ...common, ...sms, signal });
      const { result } = await desk.balance(signal);
      desk.close();
      const { amount, postpaid } = result as { amount: number | null; postpaid: boolean };
      found.push(postpaid ? 'SMS: billed by invoice' : `SMS: credit ${amount ?? 'unknown'}`);
      Object.assign(details, { smsCredit: amount });
    }
    return { summary: found.join('; '), details };
  } catch (error) {
    const failure = PbxError.from(error, { account });
    if (found.length === 0) throw failure;
    // What works narrows down what does not.
    throw new PbxError(failure.code, `${failure.message} (So far: ${found.join('; ')}.)`, failure.cause);
  } finally {
    await http.close();
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
