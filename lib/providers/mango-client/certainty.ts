/**
 * How sure each entry of the profile is. `documented`: the overview states it. `inferred`: follows from it, or from the vendor's main API,
 * without being stated. `unknown`: a placeholder until somebody looks into the PDF. Sections are those of the help page.
 */

export type Certainty = 'documented' | 'inferred' | 'unknown';

/** The longest matching beginning of an entry's name decides. */
export const CERTAINTY: Readonly<Record<string, readonly [Certainty, string]>> = {
  token: ['unknown', '1.3 says that requests need the key, not where it goes'],
  body: ['inferred', 'JSON, as in the main API'],
  'methods.*.paths': ['documented', '2.1 to 2.6, in both spellings; the version of those named once is inferred'],
  'methods.*.verb': ['inferred', '1.2 knows GET and POST, not which goes where'],
  'methods.*.parameters': ['unknown', 'no names given'],
  'methods.*.constant': ['unknown', 'none named'],
  'methods.register.parameters.limit': ['documented', '2.3: LIMIT'],
  'methods.callback.parameters.to': ['documented', '2.4: DESTINATION_NUMBER'],
  'result.code': ['inferred', '2.3 writes Result[code]'],
  'result.message': ['unknown', 'no name given'],
  'result.success': ['documented', '2.3: 0'],
  'result.drained': ['documented', '2.3: 109'],
  answer: ['unknown', '2.1 says that token and URL are answered, not under which names'],
  'drain.limit': ['inferred', '2.3: LIMIT may be varied, no range given'],
  'drain.timeoutMs': ['documented', '2.3: a minute a request'],
  pingMs: ['inferred', '2.1: at any time'],
  'envelope.routeKey': ['documented', '2.6: routeKey="/ivr"'],
  envelope: ['unknown', 'nothing is said of what surrounds an event'],
  routeKeys: ['documented', '2.1, 2.5, 2.6'],
  call: ['inferred', 'names of the main API'],
  'call.groupDisconnect': ['documented', '2.7: is_group_disconnect'],
  record: ['inferred', 'names of the main API'],
  'record.url': ['documented', '2.5: url'],
  routeResult: ['unknown', '2.6 names the event, not its content'],
  words: ['inferred', 'words and numbers of the main API'],
  'words.appeared': ['documented', '2.6: APPEARED'],
  'words.disconnected': ['documented', '2.7: DISCONNECTED, also DISONNECTED'],
  'words.available': ['documented', '2.5: AVAILABLE'],
};

/** Of an entry by its name, `methods.route.verb`. */
export function certaintyOf(entry: string): Certainty {
  const names = entry.split('.');
  for (let length = names.length; length > 0; length--) {
    const exact = names.slice(0, length);
    const any = exact.map((name, index) => (index === 1 && exact[0] === 'methods' ? '*' : name));
    const found = CERTAINTY[exact.join('.')] ?? CERTAINTY[any.join('.')];
    if (found) return found[0];
  }
  return 'unknown';
}
