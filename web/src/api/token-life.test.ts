import assert from "node:assert/strict";
import { test } from "node:test";
import { lifeOf } from "./token-life.ts";

const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

test("a token's life is what lies between its two times, whatever this computer's clock says", () => {
  assert.equal(lifeOf(token({ iat: 1_000, exp: 1_900 })), 900_000);
  assert.equal(lifeOf(token({ iat: 4_000_000_000, exp: 4_000_000_060, name: "~~~???>>>" })), 60_000);
});

test("a token that does not say is not kept for long", () => {
  assert.equal(lifeOf(token({ exp: 1_900 })), 0);
  assert.equal(lifeOf(token({ iat: 2_000, exp: 1_900 })), 0);
  assert.equal(lifeOf(token({ iat: "soon", exp: 1_900 })), 0);
  assert.equal(lifeOf("opaque"), 0);
});
