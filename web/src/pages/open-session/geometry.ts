/** Places on the earth and metres around them, for a map of one campus: exact enough within some tens of kilometres. */

/** WGS 84 degrees. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** Metres from somewhere. */
export interface Offset {
  east: number;
  north: number;
}

const EARTH_RADIUS = 6_371_008.8;
/** Seven decimals are a centimetre. */
const DECIMALS = 7;
/** Nearer to a pole than this, metres per degree, east and west mean nothing any more. */
const LEAST_PER_DEGREE = 1;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres that one degree of each is, at a latitude (series for the WGS 84 ellipsoid). */
export function metresPerDegree(latitude: number): { latitude: number; longitude: number } {
  const angle = radians(latitude);
  return {
    latitude: 111_132.954 - 559.822 * Math.cos(2 * angle) + 1.175 * Math.cos(4 * angle),
    longitude: Math.max(0, 111_412.84 * Math.cos(angle) - 93.5 * Math.cos(3 * angle) + 0.118 * Math.cos(5 * angle)),
  };
}

/** Whether both are numbers that a place on the earth can have. */
export function isPlace({ latitude, longitude }: Place): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** Where `place` lies from `origin`, the shorter way round the earth. */
export function offsetFrom(origin: Place, place: Place): Offset {
  const each = metresPerDegree(origin.latitude);
  return {
    east: turned(place.longitude - origin.longitude) * each.longitude,
    north: (place.latitude - origin.latitude) * each.latitude,
  };
}

/** The place at an offset from `origin`: not beyond the poles, and across the 180th meridian where that lies between. */
export function placeAt(origin: Place, offset: Offset): Place {
  const each = metresPerDegree(origin.latitude);
  const latitude = Math.min(90, Math.max(-90, origin.latitude + offset.north / each.latitude));
  const turn = each.longitude < LEAST_PER_DEGREE ? 0 : offset.east / each.longitude;
  return rounded({ latitude, longitude: turned(origin.longitude + turn) });
}

/** As the contract takes it: to the centimetre, and no exact 0, which would count as missing. */
export function sendable({ latitude, longitude }: Place): Place {
  return { latitude: latitude || 10 ** -DECIMALS, longitude: longitude || 10 ** -DECIMALS };
}

/** Metres between two places along a great circle, as the server measures it. */
export function distance(one: Place, other: Place): number {
  const [from, to] = [radians(one.latitude), radians(other.latitude)];
  const half =
    Math.sin((to - from) / 2) ** 2 +
    Math.cos(from) * Math.cos(to) * Math.sin(radians(other.longitude - one.longitude) / 2) ** 2;
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** Degrees in a text such as "5.6506" or "-0.1869"; NaN where it is none. */
export function readDegrees(text: string): number {
  return /^\s*[+-]?\d+(\.\d*)?\s*$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * A place in a text as maps give it: "5.6506, -0.1869", "5.6506 -0.1869", "5.6506° N, 0.1869° W", "geo:5.6506,-0.1869".
 * Null where the text is none.
 */
export function readPlace(text: string): Place | null {
  const number = String.raw`([+-]?\d+(?:\.\d+)?)\s*°?\s*`;
  const found = new RegExp(`^\\s*(?:geo:)?\\(?${number}([NS])?\\s*[,;\\s]\\s*${number}([EW])?\\)?\\s*$`, "i").exec(
    text,
  );
  if (!found) return null;
  const sign = (side: string | undefined) => (side && "SW".includes(side.toUpperCase()) ? -1 : 1);
  const place = { latitude: Number(found[1]) * sign(found[2]), longitude: Number(found[3]) * sign(found[4]) };
  return isPlace(place) ? place : null;
}

/** The largest of 1, 2, 5, 10, 20, ... that is at most `most`. */
export function roundStep(most: number): number {
  if (!(most > 0) || !Number.isFinite(most)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const share = most / power;
  return (share >= 5 ? 5 : share >= 2 ? 2 : 1) * power;
}

function turned(degrees: number): number {
  if (degrees >= -180 && degrees <= 180) return degrees;
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

function rounded({ latitude, longitude }: Place): Place {
  const to = (degrees: number) => Number(degrees.toFixed(DECIMALS));
  return { latitude: to(latitude), longitude: to(longitude) };
}
