import assert from "node:assert/strict";
import { test } from "node:test";
import { countdown, elapsed, jumped, notBefore, replaces, serverNow, standing, tighter } from "./timing.ts";

const START = { steady: 1_000, wall: 5_000_000 };
const later = (steady: number, wall = steady) => ({ steady: START.steady + steady, wall: START.wall + wall });
const CODE = { issue: 100_000, expire: 160_000, next: 150_000, end: 900_000 };

test("time passes by whichever clock moved further, and never backwards", () => {
  assert.equal(elapsed(START, later(700)), 700);
  assert.equal(elapsed(START, later(700, 60_000)), 60_000, "a computer that slept with its steady clock");
  assert.equal(elapsed(START, later(700, -3_600_000)), 700, "a wall clock put back");
  assert.equal(elapsed(START, later(-1, -1)), 0);
});

test("a sleep is told from ordinary waiting", () => {
  assert.equal(jumped(START, later(30_000)), false);
  assert.equal(jumped(START, later(30_000, 31_900)), false);
  assert.equal(jumped(START, later(500, 30_000)), true);
  assert.equal(jumped(START, later(500, -30_000)), false, "put back: the steady clock is right");
});

test("the server's time counts from when it was asked for, so that no code lives longer here than there", () => {
  const clock = { server: 100_000, at: START };
  assert.equal(serverNow(clock, later(3_000)), 103_000);
  const slow = { server: 100_000, at: later(-4_000) };
  assert.equal(tighter(slow, clock, later(0)), clock);
  assert.equal(tighter(clock, slow, later(0)), clock);
});

test("a code that came is not from the future", () => {
  const clock = { server: 100_000, at: START };
  assert.equal(notBefore(clock, 101_000, later(2_000)), clock);
  assert.equal(serverNow(notBefore(clock, 109_000, later(2_000)), later(3_000)), 110_000);
});

test("a code counts down to its successor and dies at its end, not a millisecond after", () => {
  assert.deepEqual(standing(CODE, 100_000), {
    good: true,
    left: 60_000,
    untilNext: 50_000,
    share: 1,
    overdue: false,
  });
  assert.equal(standing(CODE, 125_000).share, 0.5);
  const waiting = standing(CODE, 151_999);
  assert.deepEqual([waiting.good, waiting.untilNext, waiting.overdue], [true, 0, false]);
  assert.equal(standing(CODE, 152_000).overdue, true);
  assert.equal(standing(CODE, 159_999).good, true);
  assert.deepEqual([standing(CODE, 160_000).good, standing(CODE, 160_000).left], [false, 0]);
});

test("a code dies with its session, however long it would have lived", () => {
  const last = { ...CODE, next: null, end: 130_000 };
  assert.deepEqual([standing(last, 129_999).good, standing(last, 130_000).good], [true, false]);
  assert.equal(standing(last, 115_000).share, 0.5);
  assert.equal(standing(last, 132_000).overdue, true);
  assert.equal(
    standing({ ...CODE, end: 99_000 }, 100_000).share,
    0,
    "a session ended before its code: no division by 0",
  );
});

test("a message that was overtaken puts no older code back", () => {
  const shown = { generation: 2, step: 5n };
  assert.equal(replaces({ generation: 2, step: 6n }, shown), true);
  assert.equal(replaces({ generation: 3, step: 0n }, shown), true);
  assert.equal(replaces({ generation: 1, step: 99n }, shown), false);
  assert.equal(replaces({ generation: 2, step: 4n }, shown), false);
  assert.equal(replaces(shown, shown), true, "sent once more after a cut");
});

test("countdowns end at zero, and say so only then", () => {
  assert.equal(countdown(42_000), "0:42");
  assert.equal(countdown(41_001), "0:42");
  assert.equal(countdown(1), "0:01");
  assert.equal(countdown(0), "0:00");
  assert.equal(countdown(-5), "0:00");
  assert.equal(countdown(725_000), "12:05");
  assert.equal(countdown(3_729_000), "1:02:09");
});
