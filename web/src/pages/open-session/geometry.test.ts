import assert from "node:assert/strict";
import { test } from "node:test";
import {
  distance,
  isPlace,
  metresPerDegree,
  offsetFrom,
  placeAt,
  readDegrees,
  readPlace,
  roundStep,
  sendable,
} from "./geometry.ts";

const HALL = { latitude: 5.6506, longitude: -0.1869 };
const near = (one: number, other: number, by: number) =>
  assert.ok(Math.abs(one - other) <= by, `${one} is not within ${by} of ${other}`);

test("degrees in metres, by the WGS 84 ellipsoid", () => {
  near(metresPerDegree(0).latitude, 110_574, 1);
  near(metresPerDegree(0).longitude, 111_320, 1);
  near(metresPerDegree(60).longitude, 55_800, 5);
  near(metresPerDegree(90).longitude, 0, 1e-3);
  near(metresPerDegree(-90).latitude, 111_694, 1);
});

test("a place and its offset lead back to each other, and to the server's distance", () => {
  for (const origin of [HALL, { latitude: 64.1, longitude: -21.9 }, { latitude: -45.9, longitude: 170.5 }]) {
    for (const offset of [
      { east: 120, north: -75 },
      { east: -800, north: 400 },
    ]) {
      const place = placeAt(origin, offset);
      const back = offsetFrom(origin, place);
      near(back.east, offset.east, 0.02);
      near(back.north, offset.north, 0.02);
      const metres = Math.hypot(offset.east, offset.north);
      near(distance(origin, place), metres, metres * 0.006);
    }
  }
});

test("across the 180th meridian the way is the short one", () => {
  const west = { latitude: -17, longitude: 179.9999 };
  const place = placeAt(west, { east: 100, north: 0 });
  assert.ok(place.longitude < -179.99, String(place.longitude));
  near(offsetFrom(west, place).east, 100, 0.02);
  near(distance(west, place), 100, 0.6);
  assert.ok(isPlace(placeAt({ latitude: -17, longitude: -180 }, { east: -5, north: 0 })));
});

test("at the poles a pin stays on the earth", () => {
  const pole = { latitude: 90, longitude: 12 };
  assert.deepEqual(placeAt(pole, { east: 500, north: 500 }), pole);
  const close = placeAt({ latitude: 89.999, longitude: 12 }, { east: 0, north: 10_000 });
  assert.equal(close.latitude, 90);
  assert.ok(isPlace(placeAt({ latitude: -89.9999, longitude: 179 }, { east: 1e6, north: 0 })));
});

test("what is no number is no place", () => {
  assert.equal(isPlace({ latitude: Number.NaN, longitude: 0 }), false);
  assert.equal(isPlace({ latitude: 0, longitude: Number.POSITIVE_INFINITY }), false);
  assert.equal(isPlace({ latitude: 90.1, longitude: 0 }), false);
  assert.equal(isPlace({ latitude: -90, longitude: 180 }), true);
  for (const text of ["", "north", "5.6.5", "1e3", "0x10", "5,6", "NaN", "Infinity"]) {
    assert.ok(Number.isNaN(readDegrees(text)), text);
  }
  assert.equal(readDegrees(" -0.1869 "), -0.1869);
});

test("places as maps give them are read", () => {
  for (const text of [
    "5.6506, -0.1869",
    "5.6506 -0.1869",
    " 5.6506,-0.1869 ",
    "(5.6506; -0.1869)",
    "geo:5.6506,-0.1869",
  ]) {
    assert.deepEqual(readPlace(text), HALL, text);
  }
  assert.deepEqual(readPlace("5.6506° N, 0.1869° W"), HALL);
  assert.deepEqual(readPlace("5.6506S 0.1869e"), { latitude: -5.6506, longitude: 0.1869 });
  for (const text of ["", "5.6506", "Great Hall", "95, 10", "5.6, 181", "1,2,3", "5.65.06, 1"]) {
    assert.equal(readPlace(text), null, text);
  }
});

test("an exact zero is sent as a place, not as nothing", () => {
  assert.deepEqual(sendable({ latitude: 0, longitude: 0 }), { latitude: 1e-7, longitude: 1e-7 });
  assert.deepEqual(sendable(HALL), HALL);
});

test("scale bars and grids have round lengths", () => {
  assert.deepEqual([0.9, 1, 7, 49, 50, 999].map(roundStep), [0.5, 1, 5, 20, 50, 500]);
  assert.equal(roundStep(Number.NaN), 1);
  assert.equal(roundStep(0), 1);
});
