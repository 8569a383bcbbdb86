import assert from "node:assert/strict";
import { test } from "node:test";
import { storedIn } from "./stored.ts";

function storage(refuses: { writing: boolean }): Storage {
  const kept = new Map<string, string>();
  const refused = () => {
    if (refuses.writing) throw new DOMException("full", "QuotaExceededError");
  };
  return {
    length: 0,
    clear: () => kept.clear(),
    key: () => null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      refused();
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
  };
}

test("what is kept is in the browser's storage", () => {
  const there = storage({ writing: false });
  const stored = storedIn(() => there);
  stored.set("a", "1");
  assert.equal(there.getItem("a"), "1");
  assert.equal(stored.get("a"), "1");
  stored.remove("a");
  assert.equal(stored.get("a"), null);
  assert.equal(there.getItem("a"), null);
});

test("a browser that refuses storage: the page remembers for as long as it is open", () => {
  const stored = storedIn(() => {
    throw new DOMException("denied", "SecurityError");
  });
  assert.equal(stored.get("a"), null);
  stored.set("a", "1");
  assert.equal(stored.get("a"), "1");
  stored.remove("a");
  assert.equal(stored.get("a"), null);
});

test("what could not be written counts before what was written earlier, until it can be", () => {
  const refuses = { writing: false };
  const there = storage(refuses);
  const stored = storedIn(() => there);
  stored.set("a", "old");
  refuses.writing = true;
  stored.set("a", "new");
  assert.equal(stored.get("a"), "new");
  refuses.writing = false;
  stored.set("a", "newest");
  there.setItem("a", "by another tab");
  assert.equal(stored.get("a"), "by another tab");
});

test("a mistake of ours is no refusal", () => {
  const stored = storedIn(() => {
    throw new TypeError("a mistake");
  });
  assert.throws(() => stored.get("a"), TypeError);
});
