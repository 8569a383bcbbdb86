import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, joined, NOTHING, type Part, toHex } from "./seal.ts";

const part = (given: Partial<Part>): Part => ({
  lastNumber: 0n,
  lastSeal: new Uint8Array(),
  nextNumber: 0n,
  checkedCount: 0n,
  erasedCount: 0n,
  unsealedCount: 0n,
  ...given,
});

test("a seal is the same after it was kept as text", () => {
  const seal = Uint8Array.from([0, 1, 127, 128, 255]);
  assert.equal(toHex(seal), "00017f80ff");
  assert.deepEqual(fromHex(" 0001 7F80\nff "), seal);
});

test("what is no seal is not taken for one", () => {
  for (const text of ["", "  ", "0", "0g", "0x00", "012"]) assert.equal(fromHex(text), null, text);
});

test("parts add up, and the last one says how it stands", () => {
  const first = joined(NOTHING, part({ lastNumber: 10n, nextNumber: 11n, checkedCount: 10n, erasedCount: 2n }));
  assert.equal(first.goesOn, true);
  const whole = joined(first, part({ lastNumber: 15n, checkedCount: 5n, unsealedCount: 1n }));
  assert.equal(whole.goesOn, false);
  assert.equal(whole.checkedCount, 15n);
  assert.equal(whole.erasedCount, 2n);
  assert.equal(whole.unsealedCount, 1n);
});

test("a broken link ends the look", () => {
  const broken = { number: 12n, eventId: "", kind: 2 };
  const look = joined(NOTHING, part({ lastNumber: 11n, nextNumber: 13n, broken }));
  assert.equal(look.goesOn, false);
  assert.equal(look.broken, broken);
});
