/** What the command nodes have in common: fields in, one command out, its answer or its error handed on exactly once. */

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow, NodeStatusFill } from 'node-red';
import { PbxError } from '../../lib/index';
import type { Call, CallTopic, Command, CommandOutcome, PbxAccount } from '../../lib/index';
import { accessOf } from './account-node';
import { badge } from './badges';
import { serves } from './capability';
import type { CommandNodeType } from './capability';
import { readFields } from './fields';
import type { FieldTable, Values } from './fields';
import { StatusLine } from './status-line';
import type { Translate } from './status-line';

export interface CommandDef extends NodeDef {
  account?: string;
  outputs?: number | string;
  [field: string]: unknown;
}

export interface CommandNodeSpec<Table extends FieldTable> {
  type: CommandNodeType;
  fields: Table;
  /** Whether a field is to be read, given those read before. Default: all are. */
  needs?: (field: string, values: Values<Table>) => boolean;
  /** The command out of the fields. Empty texts are refused by the account, which knows what a command needs. */
  command(values: Values<Table>): Command;
  /** What is shown while a command is under way. Default: "sending". */
  busy?(command: Command, translate: Translate): string;
  /** What is shown when something happens to the call that a command placed; nothing when it is not worth a word. */
  progress?(topic: CallTopic, call: Call, translate: Translate): string | null;
  /** What is shown of the answer. Default: green, "done". */
  done?(outcome: CommandOutcome, translate: Translate): { fill: NodeStatusFill; text: string };
  /** Which output the answer goes to, when there are several. Default: the first. */
  port?(outcome: CommandOutcome): number;
}

export function commandNode<Table extends FieldTable>(RED: NodeAPI, spec: CommandNodeSpec<Table>): void {
  function CommandNode(this: Node, def: CommandDef): void {
    RED.nodes.createNode(this, def);
    const line = new StatusLine((status) => this.status(status), RED._);
    const access = accessOf(RED, this, def.account);
    const able = !access.account || serves(spec.type, access.account.descriptor.capabilities);
    access.watch((connection, isUp) =>
      able
        ? line.connection(connection, isUp)
        : line.connection(badge('grey', 'ring', 'common.status.notSupported'), false),
    );
    const outputs = Number(def.outputs ?? 1);
    let closed = false;

    const run = async (msg: NodeMessageInFlow): Promise<CommandOutcome> => {
      if (!access.account) throw access.problem.error;
      const command = spec.command(await readFields(RED, this, spec.fields, def, msg, spec.needs));
      line.busy(spec.busy?.(command, RED._) ?? 'common.status.busy');
      // A call goes on after its command is over: nobody would take back what is shown of it then.
      let over = false;
      try {
        return await access.account.execute(command, (topic, call) => {
          const text = spec.progress?.(topic, call, RED._);
          if (text && !over && !closed) line.busy(text);
        });
      } finally {
        over = true;
      }
    };

    this.on('input', (msg, send, done) => {
      run(msg).then(
        (outcome) => {
          // A node that was replaced while its command was under way has no wires any more.
          if (closed) return done();
          const { fill, text } = spec.done?.(outcome, RED._) ?? { fill: 'green', text: 'common.status.done' };
          line.outcome(fill, text);
          msg.payload = outcome.payload;
          msg['raw'] = outcome.raw;
          const port = outputs > 1 ? (spec.port?.(outcome) ?? 0) : 0;
          send(port === 0 ? msg : [...Array.from({ length: port }, () => null), msg]);
          done();
        },
        (thrown: unknown) => {
          const error = PbxError.from(thrown, place(access.account));
          if (!closed) line.outcome('red', `common.error.${error.code}`);
          done(error);
        },
      );
    });
    this.on('close', () => {
      closed = true;
      line.close();
    });
  }

  const place = (account: PbxAccount | null) => ({
    command: spec.type.replace('pbx-', ''),
    ...(account && { account: account.name }),
  });

  RED.nodes.registerType(spec.type, CommandNode);
}
