/** How the deployed account is doing, told in its form and kept up to date while the form is open. */

import { accountStatus, languageOf } from '../shared/editor';

type Status = NonNullable<Awaited<ReturnType<typeof accountStatus>>>;

const EVERY_MS = 3_000;

let timer: ReturnType<typeof setInterval> | undefined;

export function watchState(node: PbxEditorNode): void {
  unwatchState();
  const look = (): void => {
    accountStatus(node).then(
      (status) => status && show(node, status),
      // A form that cannot ask shows what it knew, and asks again.
      () => {},
    );
  };
  look();
  timer = setInterval(look, EVERY_MS);
}

export function unwatchState(): void {
  clearInterval(timer);
}

function show(node: PbxEditorNode, status: Status): void {
  const { state, since, reason, counters, lastEvent } = status;
  const language = languageOf(node);
  const words = reason && state === 'closed' ? [] : [node._(`account.state.${state}`)];
  if (since && state !== 'closed')
    words.push(node._('account.state.since', { time: new Date(since).toLocaleString(language) }));
  if (counters) words.push(node._('account.state.events', { count: counters.events }));
  if (counters?.reconnects) words.push(node._('account.state.reconnects', { count: counters.reconnects }));
  if (reason) words.push(reason.text);
  if (lastEvent)
    words.push(node._('account.state.lastEvent', { event: lastEvent.topic, age: ago(lastEvent.time, language) }));
  $('#pbx-account-state').show().find('.pbx-result').text(words.join(' · '));
}

/** "12 seconds ago", in the language of the editor. */
function ago(time: string, language: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
  const words = new Intl.RelativeTimeFormat(language);
  if (seconds < 100) return words.format(-seconds, 'second');
  if (seconds < 6000) return words.format(-Math.round(seconds / 60), 'minute');
  return seconds < 172_800
    ? words.format(-Math.round(seconds / 3600), 'hour')
    : words.format(-Math.round(seconds / 86_400), 'day');
}
