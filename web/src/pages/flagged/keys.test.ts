import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf } from "./keys.ts";

const press = (key: string, held: object = {}) =>
  keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...held });

test("letters decide whatever their case, digits choose reasons", () => {
  assert.deepEqual(press("C"), { does: "confirm" });
  assert.deepEqual(press("r"), { does: "reject" });
  assert.deepEqual(press("ArrowLeft"), { does: "previous" });
  assert.deepEqual(press("9"), { does: "preset", index: 8 });
});

test("the browser's own keys, and a key that is held down, decide nothing", () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }])
    assert.equal(press("c", held), undefined);
  for (const key of ["0", "Enter", " ", "Tab", "x", "constructor"]) assert.equal(press(key), undefined);
});
