/** A command node on a PBX that does as the test says, with both its outputs and a Catch node. */

import type { NodeMessage } from 'node-red';
import { FakePbx } from './fake-provider';
import { account, flowOf, Inbox, initializers, load, nodeOf, sink } from './flows';

/** What a Catch node gets. */
export interface Caught {
  error: { code: string; message: string; cause: unknown; source: { id: string } };
}

export class CommandBench {
  /** What the first output sends. */
  out!: Inbox;
  other!: Inbox;
  caught!: Inbox;

  constructor(readonly pbx = new FakePbx()) {}

  async run(type: string, fields: Record<string, unknown> = {}, office = account()): Promise<void> {
    await load(initializers([this.pbx.module]), this.flow(type, fields, office));
    this.out = new Inbox('out');
    this.other = new Inbox('other');
    this.caught = new Inbox('caught');
  }

  flow(type: string, fields: Record<string, unknown> = {}, office = account()): ReturnType<typeof flowOf> {
    const node = { id: 'node', type, account: 'office', wires: [['out'], ['other']], ...fields };
    const catcher = { id: 'catch', type: 'catch', scope: ['node'], wires: [['caught']] };
    return flowOf(office, node, catcher, sink('out'), sink('other'), sink('caught'));
  }

  send(message: NodeMessage): void {
    nodeOf('node').receive(message);
  }
}
