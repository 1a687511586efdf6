/** A simulated office on a virtual clock, seen through an account as a flow sees it. */

import { PbxAccount, TOPICS, VirtualClock } from '../../../lib/index';
import type { AccountOptions, AccountStatus, CommandOutcome, PbxEvent, Topic } from '../../../lib/index';
import { simulator } from '../../../lib/providers/simulator';

export interface Office {
  readonly account: PbxAccount;
  readonly clock: VirtualClock;
  /** Everything the account said, `raw` left out. */
  readonly events: PbxEvent[];
  readonly states: AccountStatus['state'][];
  /** One request through the script door; the reply. */
  act(request: Record<string, unknown>): Promise<Record<string, unknown>>;
  of<T extends PbxEvent = PbxEvent>(...topics: Topic[]): T[];
  topics(): Topic[];
  close(): Promise<void>;
}

export async function openOffice(
  config: Record<string, unknown> = {},
  options: Partial<AccountOptions> = {},
): Promise<Office> {
  const clock = new VirtualClock();
  const account = new PbxAccount({
    name: 'Office',
    provider: 'simulator',
    config: { callsPerMinute: 0, ...config },
    clock,
    dialLimit: 10_000,
    providers: [simulator],
    ...options,
  });
  const events: PbxEvent[] = [];
  const states: AccountStatus['state'][] = [];
  account.subscribe(
    {
      topics: Object.values(TOPICS)
        .flat()
        .filter((topic) => topic !== 'raw'),
    },
    (event) => events.push(event),
  );
  account.onStatus(({ state }) => states.push(state));
  account.open();
  await clock.run(0);
  return {
    account,
    clock,
    events,
    states,
    async act(request) {
      const outcome: CommandOutcome = await account.execute({ command: 'action', request });
      await clock.run(0);
      return outcome.payload.result as Record<string, unknown>;
    },
    of: <T extends PbxEvent>(...topics: Topic[]) => events.filter(({ type }) => topics.includes(type)) as T[],
    topics: () => events.map(({ type }) => type),
    close: () => account.close(),
  };
}
