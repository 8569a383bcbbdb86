import assert from "node:assert/strict";
import { test } from "node:test";
import { found, pressed, type Row, sorted } from "./students.ts";

const row = (name: string, given: Partial<Row> = {}): Row => ({
  id: name,
  name,
  number: "",
  present: 0,
  late: 0,
  undecided: 0,
  excused: 0,
  absent: 0,
  rate: undefined,
  atRisk: false,
  enrolled: true,
  ...given,
});
const names = (rows: Row[]) => rows.map(({ name }) => name).join(" ");

test("who has no rate is last whichever way it is sorted", () => {
  const rows = [row("Ada"), row("Ben", { rate: 0.9 }), row("Cem", { rate: 0 }), row("Dora", { rate: 0.5 })];
  assert.equal(names(sorted(rows, { by: "rate", falling: false })), "Cem Dora Ben Ada");
  assert.equal(names(sorted(rows, { by: "rate", falling: true })), "Ben Dora Cem Ada");
});

test("numbers sort as numbers, and what is equal goes by name", () => {
  const rows = [row("b", { number: "S10" }), row("c", { number: "S9" }), row("a", { number: "S10" })];
  assert.equal(names(sorted(rows, { by: "number", falling: false })), "c a b");
  assert.equal(names(sorted(rows, { by: "present", falling: true })), "a b c");
});

test("a search goes over names and numbers in any case", () => {
  const rows = [row("Élif Şahin", { number: "S-17" }), row("Ben", { number: "S-18" })];
  assert.equal(names(found(rows, " élif ")), "Élif Şahin");
  assert.equal(names(found(rows, "s-18")), "Ben");
  assert.equal(found(rows, "").length, 2);
});

test("a head pressed again turns the order round", () => {
  const once = pressed({ by: "rate", falling: false }, "absent");
  assert.deepEqual(once, { by: "absent", falling: true });
  assert.deepEqual(pressed(once, "absent"), { by: "absent", falling: false });
});
