import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyFeed, type Feed, type FeedEvent, taken } from "./feed.ts";

interface Item {
  id: string;
  revision: bigint;
  status: string;
}
interface Session {
  revision: bigint;
  confirmed: number;
}
type Message = { event: FeedEvent<Item, Session>; resumeToken: string };

/** A generator of the same numbers for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A session's whole history: every state that every record had, the newest state of each, and what was counted. */
function history(next: () => number) {
  const written: Item[] = [];
  const newest = new Map<string, Item>();
  for (let change = 0; change < 60; change++) {
    const id = `record-${Math.floor(next() * 20)}`;
    const item = { id, revision: (newest.get(id)?.revision ?? 0n) + 1n, status: `status-${change}` };
    newest.set(id, item);
    written.push(item);
  }
  return { written, newest };
}

/** What a server may send from `from` on: all that came after, some of it twice and in any order, and older news too. */
function sent(written: Item[], from: number, next: () => number): Message[] {
  const overlap = Math.max(0, from - Math.floor(next() * 10));
  const items = written.slice(overlap).map((item, index) => ({ item, at: overlap + index }));
  for (const one of [...items]) if (next() < 0.3) items.push(one);
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(next() * (index + 1));
    [items[index], items[other]] = [items[other] as (typeof items)[0], items[index] as (typeof items)[0]];
  }
  const all: Message[] = [];
  let reached = from;
  const seen = new Set<number>();
  for (const { item, at } of items) {
    seen.add(at);
    while (seen.has(reached)) reached += 1;
    all.push({ event: { case: "record", value: item }, resumeToken: `at-${reached}` });
  }
  all.push({
    event: { case: "session", value: { revision: 1n, confirmed: written.length } },
    resumeToken: `at-${reached}`,
  });
  all.push({ event: { case: "caughtUp" }, resumeToken: `at-${reached}` });
  return all;
}

test("in any order, doubled, cut and resumed anywhere, the feed comes to what a fresh list says", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = numbers(seed);
    const { written, newest } = history(next);
    let feed: Feed<Item, Session> = emptyFeed();
    for (let cuts = Math.floor(next() * 4); cuts >= 0; cuts--) {
      const messages = sent(written, Number(feed.resumeToken.slice(3) || 0), next);
      const until = cuts === 0 ? messages.length : Math.floor(next() * messages.length);
      for (let at = 0; at < until; ) {
        const batch = Math.min(until - at, 1 + Math.floor(next() * 8));
        feed = taken(feed, messages.slice(at, at + batch));
        at += batch;
      }
    }
    assert.deepEqual(feed.records, newest, `seed ${seed}`);
    assert.equal(feed.session?.confirmed, written.length);
    assert.ok(feed.caughtUp);
  }
});

test("counts of the same revision of the session are those that came last; an older revision changes nothing", () => {
  const session = (revision: bigint, confirmed: number): Message => ({
    event: { case: "session", value: { revision, confirmed } },
    resumeToken: "t",
  });
  const feed = taken(emptyFeed<Item, Session>(), [session(2n, 1), session(2n, 2), session(1n, 9)]);
  assert.deepEqual(feed.session, { revision: 2n, confirmed: 2 });
});

test("what brings nothing new leaves the records as they are, so that nothing is drawn again", () => {
  const item = { id: "a", revision: 3n, status: "flagged" };
  const before = taken(emptyFeed<Item, Session>(), [{ event: { case: "record", value: item }, resumeToken: "1" }]);
  const after = taken(before, [
    { event: { case: "record", value: { ...item, revision: 2n } }, resumeToken: "2" },
    { event: { case: "heartbeat" }, resumeToken: "3" },
    { event: { case: undefined }, resumeToken: "" },
  ]);
  assert.equal(after.records, before.records);
  assert.equal(after.resumeToken, "3");
});
