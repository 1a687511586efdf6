/** Route reply: the flow's answer to a route request. The first answer in time counts; any other is an error for a catch node. */

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { PbxError } from '../../lib/index';
import { openRoutes } from '../pbx-route-request/open-routes';
import { readFields } from '../shared/fields';
import { StatusLine } from '../shared/status-line';

interface RouteReplyDef extends NodeDef {
  [field: string]: unknown;
}

const FIELDS = { to: 'party', contactName: 'text' } as const;
const LONGEST = 256;

export default (RED: NodeAPI): void => {
  function RouteReplyNode(this: Node, def: RouteReplyDef): void {
    RED.nodes.createNode(this, def);
    const line = new StatusLine((status) => this.status(status), RED._);
    let closed = false;

    const reply = async (msg: NodeMessageInFlow & { route?: unknown }): Promise<string> => {
      const { account, request } = openRoutes.find(msg.route);
      try {
        const { to = '', contactName = '' } = await readFields(RED, this, FIELDS, def, msg);
        for (const [name, value] of Object.entries({ to, contactName }))
          if (value.length > LONGEST || /[\0\r\n]/.test(value))
            throw new PbxError('invalid-argument', `"${name}" is too long or has a line break`);
        request.answer({ to: to || null, contactName: contactName || null });
        return [to, contactName].filter(Boolean).join(' · ') || RED._('routeReply.status.nothing');
      } catch (error) {
        throw PbxError.from(error, { account, command: 'route-reply' });
      }
    };

    this.on('input', (msg, send, done) => {
      reply(msg).then(
        (shown) => {
          if (!closed) {
            line.outcome('green', shown);
            send(msg);
          }
          done();
        },
        (thrown: unknown) => {
          const error = PbxError.from(thrown, { command: 'route-reply' });
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
  RED.nodes.registerType('pbx-route-reply', RouteReplyNode);
};
