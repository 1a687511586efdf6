/** Who is in which queue and who pauses, as far as it was told: what changed while the link was down shows by comparison. */

import type { QueueTopic } from '../../model';

export type MemberTopic = Extract<
  QueueTopic,
  'queue.member.add' | 'queue.member.remove' | 'queue.member.pause' | 'queue.member.unpause'
>;

export interface Change {
  topic: MemberTopic;
  extension: string;
}

export class Roster {
  /** Queues whose members are known, and whether each pauses. */
  readonly #queues = new Map<string, Map<string, boolean>>();

  /** A change told by an event. */
  told(topic: MemberTopic, queue: string, extension: string): void {
    const members = this.#queues.get(queue);
    if (!members) return;
    if (topic === 'queue.member.remove') members.delete(extension);
    else members.set(extension, topic === 'queue.member.pause');
  }

  /** The whole of a queue, read at once. Returns what has changed since; nothing when it was not known before. */
  read(queue: string, members: readonly { extension: string; paused: boolean | null }[]): Change[] {
    const before = this.#queues.get(queue);
    const now = new Map(members.map(({ extension, paused }) => [extension, paused ?? before?.get(extension) ?? false]));
    this.#queues.set(queue, now);
    if (!before) return [];
    const changes: Change[] = [];
    for (const extension of before.keys())
      if (!now.has(extension)) changes.push({ topic: 'queue.member.remove', extension });
    for (const [extension, paused] of now) {
      const was = before.get(extension);
      if (was === undefined) changes.push({ topic: 'queue.member.add', extension });
      if (paused !== (was ?? false))
        changes.push({ topic: paused ? 'queue.member.pause' : 'queue.member.unpause', extension });
    }
    return changes;
  }
}
