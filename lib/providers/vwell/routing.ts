/** Asks the flows where a call from outside should go. The PBX does not wait for it: the answer redirects a call that still rings. */

import type { Fact } from '../../facts';
import { PbxError } from '../../model';
import type { ProviderHost } from '../../provider';
import { redirect } from './moving';
import type { Tools } from './moving';

/** As long as a caller can be expected to wait for a decision. */
const ROUTE_MS = 10_000;

export class Routing {
  readonly #host: ProviderHost;
  readonly #tools: () => Tools | null;

  constructor(host: ProviderHost, tools: () => Tools | null) {
    this.#host = host;
    this.#tools = tools;
  }

  saw(fact: Fact): void {
    if (fact.fact !== 'call.begin' || fact.inferred || fact.details?.direction !== 'inbound') return;
    void this.#ask(fact.call, fact.details.from?.number ?? null);
  }

  async #ask(call: string, number: string | null): Promise<void> {
    try {
      const answer = await this.#host.route({ call, number, budgetMs: ROUTE_MS });
      const tools = this.#tools();
      if (!answer?.to || !tools) return;
      // The provider's end cuts the way itself, so there is nothing to abort here.
      const { signal } = new AbortController();
      await redirect(tools, { command: 'redirect', call, to: answer.to }, { reference: '', signal });
    } catch (error) {
      if (this.#tools()) this.#host.warning(PbxError.from(error, { account: this.#host.account, command: 'route' }));
    }
  }
}
