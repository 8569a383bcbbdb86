import assert from "node:assert/strict";
import { test } from "node:test";
import { empty, type Work } from "./queue.ts";

const WAIT = "wait";

function work(act: (item: number) => Promise<void>, given: Partial<Work<number>> = {}): Work<number> {
  return {
    act,
    waitOf: (error) => (error === WAIT ? 5 : 0),
    sleep: async () => {},
    onDone: () => {},
    signal: new AbortController().signal,
    ...given,
  };
}

test("everything is done once, and the queue is empty", async () => {
  const done: number[] = [];
  const queue = [1, 2, 3, 4, 5];
  await empty(
    queue,
    3,
    work(async (item) => void done.push(item)),
  );
  assert.deepEqual(done.toSorted(), [1, 2, 3, 4, 5]);
  assert.equal(queue.length, 0);
});

test("what the server asks to wait for is done after the wait", async () => {
  const waits: number[] = [];
  const done: number[] = [];
  let refusals = 3;
  await empty(
    [1, 2, 3],
    2,
    work(
      async (item) => {
        if (refusals-- > 0) throw WAIT;
        done.push(item);
      },
      { sleep: async (milliseconds) => void waits.push(milliseconds) },
    ),
  );
  assert.deepEqual(done.toSorted(), [1, 2, 3]);
  assert.deepEqual(waits, [5, 5, 5]);
});

test("after a failure the rest stays in the queue, to be taken up again", async () => {
  const queue = [1, 2, 3, 4];
  const done: number[] = [];
  const act = async (item: number) => {
    if (item === 3 && done.length < 3) throw new Error("no");
    done.push(item);
  };
  await assert.rejects(empty(queue, 1, work(act)), /no/);
  assert.deepEqual(queue, [3, 4]);
  done.push(0);
  await empty(queue, 1, work(act));
  assert.deepEqual(done, [1, 2, 0, 3, 4]);
});

test("stopped, it begins nothing more", async () => {
  const stop = new AbortController();
  const queue = [1, 2, 3];
  await empty(
    queue,
    1,
    work(
      async (item) => {
        if (item === 2) stop.abort();
      },
      { signal: stop.signal },
    ),
  );
  assert.deepEqual(queue, [3]);
});
