/** Names of nodes that were given none: they say what the node does, so that a flow can be read. */

import type { Topic } from '../../../lib/model';
import { property, textProperty } from './property';

/** "missed calls on 500": the one event that is ticked and the queue or extension it is limited to. */
export function eventNodeName(node: PbxEditorNode, palette: string): string {
  const events = property(node, 'events');
  const [topic, second] = Array.isArray(events) ? (events as Topic[]) : [];
  const what = topic && !second ? node._(`common.named.${topic.replaceAll('.', '-')}`) : palette;
  const where = textProperty(node, 'queue') || textProperty(node, 'extension') || textProperty(node, 'number');
  return where ? node._('common.namedOn', { what, where }) : what;
}

/** "redirect → 24": with the destination where it stands in the form itself. */
export function commandNodeName(node: PbxEditorNode, palette: string, field: string): string {
  const value = textProperty(node, field).trim();
  return value && property(node, `${field}Type`) === 'str' ? `${palette} → ${value}` : palette;
}

/** "recording: fetch": with the choice that is fixed in the form; `group` is the node's in its catalog. */
export function choiceNodeName(node: PbxEditorNode, palette: string, group: string, field: string): string {
  const value = textProperty(node, field);
  return value && property(node, `${field}Type`) === 'str'
    ? `${palette}: ${node._(`${group}.${field}.${value}`)}`
    : palette;
}
