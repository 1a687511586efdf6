/** The forms of the event nodes: tick boxes for the events with a line on each, and the filters. */

import { TOPICS } from '../../../lib/model/topics';
import type { Topic } from '../../../lib/model';
import type { ProviderDescriptor } from '../../../lib/provider';
import { EVENT_NODES } from '../capability';
import type { EventNodeType } from '../capability';
import { accountHint, onAccount } from './account';
import { property } from './property';
import { offerAtClick, prefetch, suggestFrom } from './lists';

/** Fills `#pbx-events` and equips the filters that the form has. */
export function eventForm(node: PbxEditorNode, type: EventNodeType): void {
  $('#node-input-account').closest('.form-row').parent().addClass('pbx-form');
  const topics = TOPICS[EVENT_NODES[type]];
  const events = property(node, 'events');
  const chosen = Array.isArray(events) ? (events as string[]) : [];
  const boxes = new Map<Topic, { input: JQuery; row: JQuery; note: JQuery }>();

  const box = $('#pbx-events').addClass('pbx-events');
  const all = $('<input type="checkbox">').prop('checked', chosen.length === 0);
  $('<label class="pbx-event pbx-event-all"></label>')
    .append(all, $('<b></b>').text(node._('common.events.all')))
    .appendTo(box);
  for (const topic of topics) {
    const input = $('<input type="checkbox">').attr('data-topic', topic).prop('checked', chosen.includes(topic));
    const note = $('<span class="pbx-event-note"></span>').text(node._(`common.topic.${topic.replaceAll('.', '-')}`));
    const row = $('<label class="pbx-event"></label>')
      .append(input, $('<code></code>').text(topic), note)
      .appendTo(box);
    boxes.set(topic, { input, row, note });
  }
  const sync = (): void => {
    const isAll = all.prop('checked') === true;
    for (const { input } of boxes.values()) {
      if (isAll) input.prop('checked', true);
      input.prop('disabled', isAll);
    }
  };
  all.on('change', () => {
    // Whoever wants one event shall tick that one, and not untick all the others.
    for (const { input } of boxes.values()) input.prop('checked', false);
    sync();
  });
  sync();

  $('#node-input-extension').autoComplete({ search: suggestFrom('members'), minLength: 0 });
  $('#node-input-queue').autoComplete({ search: suggestFrom('queues'), minLength: 0 });
  offerAtClick();
  const show = accountHint(node, type);
  onAccount((descriptor) => {
    show();
    if (descriptor?.capabilities.queries.includes('members')) prefetch('members');
    if (descriptor?.capabilities.queries.includes('queues')) prefetch('queues');
    const noQueues = descriptor && !descriptor.capabilities.events.some((topic) => topic.startsWith('queue.'));
    const queue = $('#node-input-queue');
    queue.closest('.form-row').toggleClass('pbx-useless', Boolean(noQueues) && queue.val() === '');
    for (const [topic, { row }] of boxes) {
      const missing = descriptor !== undefined && !tells(descriptor, topic);
      row.toggleClass('pbx-event-missing', missing);
      row.children().attr('title', missing ? node._('common.hint.noEvent', { pbx: descriptor.label }) : '');
    }
  });
}

/** The ticked topics; none means all of the node's kind, also those that a later version adds. */
export function tickedEvents(): string[] {
  const boxes = $('#pbx-events input[data-topic]');
  if ($('.pbx-event-all input').prop('checked') === true) return [];
  return boxes
    .filter(':checked')
    .toArray()
    .map((box) => $(box).attr('data-topic') ?? '');
}

function tells({ capabilities }: ProviderDescriptor, topic: Topic): boolean {
  return capabilities.events.includes(topic) || topic.startsWith('account.');
}
