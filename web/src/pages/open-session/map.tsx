import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../../parts";
import { texts } from "../../texts";
import { offsetFrom, type Place, placeAt, roundStep } from "./geometry";

const words = texts.opening.map;

/** A place to choose again. */
export interface Known {
  label: string;
  place: Place;
  radius: number;
}

const GRID_PIXELS = 70;
const BAR_PIXELS = 130;
/** Less than this far is a click, not a drag. */
const CLICK_PIXELS = 4;
const KEY_PIXELS = 6;
const KEY_FURTHER = 10;
const NEAREST = 0.02;
const FARTHEST = 500;

/** How long a span is, in words. */
export function length(metres: number): string {
  if (metres >= 1_000) return words.kilometres(Math.round(metres / 100) / 10);
  return words.metres(metres >= 10 ? Math.round(metres) : Math.round(metres * 10) / 10);
}

/**
 * A plain map: a grid in metres, north, a scale, places known from earlier, the pin and its circle. Nothing of it comes
 * from another host, and so there are no streets on it.
 */
export function PlaceMap({
  pin,
  radius,
  accuracy,
  known,
  onPin,
  onKnown,
}: {
  pin: Place;
  radius: number;
  /** Where a location that was found may really be. */
  accuracy: { place: Place; metres: number } | null;
  known: Known[];
  onPin: (place: Place) => void;
  onKnown: (known: Known) => void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const drawing = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(600);
  const height = Math.round(Math.min(420, Math.max(240, width * 0.7)));
  const fitting = (metres: number) => Math.min(FARTHEST, Math.max(NEAREST, (metres * 3) / height));
  const [view, setView] = useState(() => ({ centre: pin, scale: fitting(Math.max(radius, accuracy?.metres ?? 0)) }));
  const anchor = useMemo(() => pin, []);
  const drag = useRef<{ of: "pin" | "map"; x: number; y: number; from: Place; moved: boolean } | null>(null);

  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(200, entry.contentRect.width)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  // a pin that was put elsewhere, and a circle that grew, stay in sight
  const at = offsetFrom(view.centre, pin);
  const away = Math.abs(at.east) > (width / 2 - 24) * view.scale || Math.abs(at.north) > (height / 2 - 24) * view.scale;
  const tooLarge = radius > (height / 2) * view.scale;
  useEffect(() => {
    if (drag.current || (!away && !tooLarge)) return;
    setView(({ centre, scale }) => ({ centre: away ? pin : centre, scale: tooLarge ? fitting(radius) : scale }));
  }, [pin, radius, away, tooLarge]);
  const found = accuracy?.metres ?? 0;
  useEffect(() => {
    if (accuracy) setView({ centre: accuracy.place, scale: fitting(Math.max(radius, found)) });
  }, [accuracy]);

  const { centre, scale } = view;
  const x = (place: Place) => width / 2 + offsetFrom(centre, place).east / scale;
  const y = (place: Place) => height / 2 - offsetFrom(centre, place).north / scale;
  const under = (event: PointerEvent): Place => {
    const box = drawing.current?.getBoundingClientRect();
    if (!box) return centre;
    return placeAt(centre, {
      east: (event.clientX - box.left - width / 2) * scale,
      north: (height / 2 - (event.clientY - box.top)) * scale,
    });
  };

  function down(event: PointerEvent) {
    if (event.button !== 0) return;
    const of = (event.target as Element).closest(".map-pin") ? "pin" : "map";
    drag.current = { of, x: event.clientX, y: event.clientY, from: of === "pin" ? pin : centre, moved: false };
    drawing.current?.setPointerCapture(event.pointerId);
  }
  function move(event: PointerEvent) {
    const now = drag.current;
    if (!now) return;
    const [dx, dy] = [event.clientX - now.x, event.clientY - now.y];
    now.moved ||= Math.hypot(dx, dy) > CLICK_PIXELS;
    if (!now.moved) return;
    if (now.of === "pin") onPin(placeAt(now.from, { east: dx * scale, north: -dy * scale }));
    else setView({ centre: placeAt(now.from, { east: -dx * scale, north: dy * scale }), scale });
  }
  function up(event: PointerEvent) {
    const now = drag.current;
    drag.current = null;
    if (now && now.of === "map" && !now.moved) onPin(under(event));
  }
  function pressed(event: KeyboardEvent) {
    const step = (event.shiftKey ? KEY_FURTHER : 1) * KEY_PIXELS * scale;
    const ways: Record<string, { east: number; north: number }> = {
      ArrowUp: { east: 0, north: step },
      ArrowDown: { east: 0, north: -step },
      ArrowLeft: { east: -step, north: 0 },
      ArrowRight: { east: step, north: 0 },
    };
    const way = ways[event.key];
    if (way) onPin(placeAt(pin, way));
    else if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-") zoom(2);
    else return;
    event.preventDefault();
  }
  const zoom = (by: number) => setView({ centre: pin, scale: Math.min(FARTHEST, Math.max(NEAREST, scale * by)) });

  const step = roundStep(GRID_PIXELS * 2 * scale);
  const middle = offsetFrom(anchor, centre);
  const bar = roundStep(BAR_PIXELS * scale);
  const latitude = pin.latitude.toFixed(6);
  const longitude = pin.longitude.toFixed(6);
  return (
    <div class="map stack">
      <div ref={frame}>
        <svg
          ref={drawing}
          class="map-drawing"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
          onPointerCancel={() => {
            drag.current = null;
          }}
        >
          <title>{words.label}</title>
          <g>
            {lines(middle.east, (width / 2) * scale, step).map((at) => (
              <line
                key={at}
                class="map-grid"
                x1={width / 2 + (at - middle.east) / scale}
                x2={width / 2 + (at - middle.east) / scale}
                y1={0}
                y2={height}
              />
            ))}
            {lines(middle.north, (height / 2) * scale, step).map((at) => (
              <line
                key={at}
                class="map-grid"
                x1={0}
                x2={width}
                y1={height / 2 - (at - middle.north) / scale}
                y2={height / 2 - (at - middle.north) / scale}
              />
            ))}
            {accuracy && (
              <circle class="map-accuracy" cx={x(accuracy.place)} cy={y(accuracy.place)} r={accuracy.metres / scale} />
            )}
            <circle class="map-circle" cx={x(pin)} cy={y(pin)} r={radius / scale} />
            {known.map((one) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: the list beside the map does the same by keyboard
              <g
                key={one.label}
                class="map-known"
                onPointerDown={(event) => event.stopPropagation()}
                onClick={() => onKnown(one)}
              >
                <circle cx={x(one.place)} cy={y(one.place)} r={6} />
                <text x={x(one.place) + 11} y={y(one.place) + 5}>
                  {one.label}
                </text>
              </g>
            ))}
            <g class="map-north">
              <path d={`M${width - 24} 12l7 20l-7 -5l-7 5z`} />
              <text x={width - 24} y={48} text-anchor="middle">
                {words.north}
              </text>
            </g>
            <g class="map-scale">
              <path d={`M14 ${height - 22}v8h${bar / scale}v-8`} />
              <text x={20} y={height - 20}>
                {length(bar)}
              </text>
            </g>
          </g>
          <g
            class="map-pin"
            role="slider"
            tabindex={0}
            aria-label={words.pin}
            aria-valuemin={-90}
            aria-valuemax={90}
            aria-valuenow={pin.latitude}
            aria-valuetext={words.at(latitude, longitude)}
            onKeyDown={pressed}
            transform={`translate(${x(pin)} ${y(pin)})`}
          >
            <circle class="map-grip" r={16} cy={-12} />
            <path d="M0 0C-4 -9 -11 -13 -11 -21A11 11 0 1 1 11 -21C11 -13 4 -9 0 0z" />
            <circle class="map-eye" cy={-21} r={4} />
          </g>
        </svg>
      </div>
      <div class="row">
        <Button small onClick={() => zoom(0.5)}>
          {words.in}
        </Button>
        <Button small onClick={() => zoom(2)}>
          {words.out}
        </Button>
        <Button small onClick={() => setView({ centre: pin, scale: fitting(radius) })}>
          {words.centre}
        </Button>
      </div>
      <p class="faint">{words.help}</p>
    </div>
  );
}

/** The multiples of `step` within `reach` of `middle`. */
function lines(middle: number, reach: number, step: number): number[] {
  const first = Math.ceil((middle - reach) / step);
  const last = Math.floor((middle + reach) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}
