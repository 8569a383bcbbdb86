/** What a live list of a session's records is made of (WatchAttendance), apart from how it is shown. */

export interface Revised {
  id: string;
  revision: bigint;
}

export interface Feed<R extends Revised, S extends { revision: bigint }> {
  /** The newest known state of every record, by id. */
  records: ReadonlyMap<string, R>;
  session: S | undefined;
  /** Whether every record has been sent once, so that what comes is news. */
  caughtUp: boolean;
  /** Where the stream goes on after a cut; "": from the beginning. */
  resumeToken: string;
}

export type FeedEvent<R, S> =
  | { case: "record"; value: R }
  | { case: "session"; value: S }
  | { case: "caughtUp" | "heartbeat"; value?: unknown }
  | { case: undefined; value?: undefined };

export function emptyFeed<R extends Revised, S extends { revision: bigint }>(): Feed<R, S> {
  return { records: new Map(), session: undefined, caughtUp: false, resumeToken: "" };
}

/**
 * The feed after these messages, in this order. Records may come twice and late: the highest revision stays. The session
 * comes anew with every change of its counts, which its revision does not count: the last one that is not older stays.
 */
export function taken<R extends Revised, S extends { revision: bigint }>(
  feed: Feed<R, S>,
  messages: ReadonlyArray<{ event: FeedEvent<R, S>; resumeToken: string }>,
): Feed<R, S> {
  let { records, session, caughtUp, resumeToken } = feed;
  let changed: Map<string, R> | undefined;
  for (const { event, resumeToken: next } of messages) {
    if (next) resumeToken = next;
    if (event.case === "record") {
      const known = (changed ?? records).get(event.value.id);
      if (known && known.revision >= event.value.revision) continue;
      if (!changed) {
        changed = new Map(records);
        records = changed;
      }
      changed.set(event.value.id, event.value);
    } else if (event.case === "session") {
      if (!session || event.value.revision >= session.revision) session = event.value;
    } else if (event.case === "caughtUp") caughtUp = true;
  }
  return { records, session, caughtUp, resumeToken };
}
