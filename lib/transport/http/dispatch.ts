/** Tells when a request really goes out: an error before that moment is surely harmless, one after it is not. */

import type { Dispatcher } from 'undici';

/** Calls `sent` when undici has a connection and begins to write the request. */
export function noteSent(sent: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const watched = new Proxy(handler, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        // undici calls one of the two, by the generation of the handler, right before it writes the first byte.
        const begins = key === 'onConnect' || key === 'onRequestStart';
        return (...given: unknown[]): unknown => {
          if (begins) sent();
          return Reflect.apply(value, target, given);
        };
      },
    });
    return dispatch(options, watched);
  };
}
