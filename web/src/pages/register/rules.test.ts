import assert from "node:assert/strict";
import { test } from "node:test";
import { isInDomains, isNumber } from "./rules.ts";

test("an address is in one of the domains, or below one with a star", () => {
  const domains = ["example.edu", "*.example.org"];
  assert.ok(isInDomains(" Ama@Example.EDU ", domains));
  assert.ok(isInDomains("ama@staff.example.org", domains));
  assert.ok(isInDomains("ama@anywhere.com", []));
  for (const other of ["ama@notexample.edu", "ama@x.example.edu", "ama@example.org", "ama@badexample.org", "ama"]) {
    assert.ok(!isInDomains(other, domains), other);
  }
});

test("a number matches the pattern as a whole", () => {
  assert.ok(isNumber("L1000001", "[A-Z]\\d{7}"));
  assert.ok(!isNumber("L1000001x", "[A-Z]\\d{7}"));
  assert.ok(!isNumber("xL1000001", "[A-Z]\\d{7}"));
  assert.ok(!isNumber("b2", "a1|b"));
  assert.ok(!isNumber("", "\\d+"));
  assert.ok(!isNumber("L٣", "L\\d"), "digits are ASCII, as the server has it");
  assert.ok(isNumber("anything", ""));
});

test("a pattern that only the server understands is left to it", () => {
  assert.ok(isNumber("x", "(?P<year>\\d+)"));
});
