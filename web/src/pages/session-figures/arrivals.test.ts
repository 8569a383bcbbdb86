import assert from "node:assert/strict";
import { test } from "node:test";
import { halfBy, placeOf } from "./arrivals.ts";

const steps = [
  { start: 0, end: 10, total: 1 },
  { start: 10, end: 20, total: 4 },
  { start: 20, end: 25, total: 6 },
];

test("an instant stands between the middles of the steps around it", () => {
  assert.equal(placeOf(0, steps), -0.5);
  assert.equal(placeOf(5, steps), 0);
  assert.equal(placeOf(10, steps), 0.5);
  assert.equal(placeOf(22.5, steps), 2);
  assert.equal(placeOf(25, steps), 2.5);
});

test("an instant outside of the steps stands nowhere", () => {
  assert.equal(placeOf(-1, steps), undefined);
  assert.equal(placeOf(26, steps), undefined);
  assert.equal(placeOf(0, []), undefined);
});

test("half of them had come by the end of the step that takes the count there", () => {
  assert.equal(halfBy(steps), 20);
  assert.equal(halfBy([{ start: 0, end: 10, total: 0 }]), undefined);
  assert.equal(halfBy([]), undefined);
});
