/**
 * Logging in: by MD5 challenge, so that the password does not cross the wire, and with the password itself where the
 * challenge is refused.
 */
import { PbxError } from '../../model/errors';
import type { AmiFields, AmiReply } from './action';
import { loginRefusal } from './refusal';
import { challengeKey } from './text';

export interface Credentials {
  account: string;
  username: string;
  password: string;
  /** Event classes to be sent, as in `Events:` of the Login action; the PBX's default when not given. */
  events: string | undefined;
}

/** @param ask sends an action and gives the answer, refusals too */
export async function logIn(ask: (fields: AmiFields) => Promise<AmiReply>, who: Credentials): Promise<void> {
  const { response: offer } = await ask({ Action: 'Challenge', AuthType: 'MD5' });
  const challenge = isSuccess(offer.name) ? offer.get('challenge') : undefined;
  const proof = challenge
    ? { AuthType: 'MD5', Username: who.username, Key: challengeKey(challenge, who.password) }
    : { Username: who.username, Secret: who.password };
  const { response } = await ask({ Action: 'Login', ...proof, Events: who.events });
  if (isSuccess(response.name)) return;
  if (response.name.toLowerCase() === 'error') throw loginRefusal(response, who.account);
  throw new PbxError(
    'protocol',
    `"${who.account}": Asterisk answered the login with "${response.name.slice(0, 40)}".`,
    {
      account: who.account,
      command: 'Login',
    },
  );
}

function isSuccess(word: string): boolean {
  return word.toLowerCase() === 'success';
}
