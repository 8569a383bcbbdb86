import { useEffect, useRef, useState } from "preact/hooks";
import { violations } from "../api/errors";
import { admin, lecturer, publicAuth } from "../api/transport";
import { type AttendanceSession, Requirement } from "../contract/absense/v1/attendance_session_pb";
import type { Features } from "../contract/absense/v1/auth_service_pb";
import type { Course } from "../contract/absense/v1/course_pb";
import type { Programme } from "../contract/absense/v1/term_pb";
import { Button, ButtonLink, Failure, Field, Heading, Loading, Notice } from "../parts";
import { useLoaded } from "../parts/loaded";
import "../style/teaching.css";
import { texts } from "../texts";
import { CHECKS, type Check, type Draft, draftLike, PRESETS, placeIn, radiusIn, read } from "./open-session/draft";
import { distance, type Place, readPlace } from "./open-session/geometry";
import { lastSession } from "./open-session/like";
import { useLocation } from "./open-session/location";
import { type Known, length, PlaceMap } from "./open-session/map";
import { useOpening } from "./open-session/opening";

const words = texts.opening;
/** Places of earlier sessions that are nearer to each other than this, metres, are one. */
const SAME_PLACE = 30;
const MOST_PLACES = 12;
const SLIDER_MOST = 500;

interface Given {
  course: Course;
  last: AttendanceSession | null;
  known: Known[];
  features: Features | undefined;
  programmes: Programme[];
}

/** The form that opens a session. */
export function OpenSessionPage({ courseId }: { courseId: string }) {
  const given = useLoaded((signal) => gather(courseId, signal), [courseId]);
  if (given.error !== undefined) {
    return (
      <div class="stack">
        <Heading title={texts.teaching.title} />
        <Failure error={given.error} retry={given.reload} />
      </div>
    );
  }
  if (!given.value) return <Loading />;
  return <OpeningForm given={given.value} />;
}

async function gather(courseId: string, signal: AbortSignal): Promise<Given> {
  const [{ course }, last, { sessions }, { features }] = await Promise.all([
    lecturer.getCourse({ courseId }, { signal }),
    lastSession(courseId, signal),
    lecturer.listSessions({ pageSize: 200 }, { signal }),
    publicAuth.getServerInfo({}, { signal }),
  ]);
  if (!course) throw new Error("a course without a course");
  return { course, last, known: placesOf(sessions), features, programmes: await programmesOf(course, signal) };
}

async function programmesOf(course: Course, signal: AbortSignal): Promise<Programme[]> {
  const found: Programme[] = [];
  if (course.programmeIds.length === 0) return found;
  for (let pageToken = ""; ; ) {
    const page = await admin.listProgrammes({ pageSize: 200, pageToken }, { signal });
    found.push(...page.programmes.filter((one) => course.programmeIds.includes(one.id)));
    pageToken = page.nextPageToken;
    if (!pageToken) return found;
  }
}

/** Where sessions were, the latest first, each place once. */
function placesOf(sessions: AttendanceSession[]): Known[] {
  const found: Known[] = [];
  for (const { geofence, room, courseCode } of sessions) {
    const place = geofence?.center;
    if (!place) continue;
    const label = room || courseCode;
    if (found.some((one) => distance(one.place, place) < SAME_PLACE || one.label === label)) continue;
    found.push({ label, place, radius: geofence.radiusMeters });
  }
  return found.slice(0, MOST_PLACES);
}

type Change = (part: Partial<Draft>) => void;

function OpeningForm({ given }: { given: Given }) {
  const { course, last, features, programmes } = given;
  const [draft, setDraft] = useState(() => draftLike(last));
  const [tries, setTries] = useState(0);
  const opening = useOpening();
  const form = useRef<HTMLFormElement>(null);
  const change: Change = (part) => setDraft((before) => ({ ...before, ...part }));

  const { wrong: found, opening: wanted } = read(course.id, draft);
  // nothing is marked before it was tried
  const marked = tries > 0 ? found : new Map<string, string>();
  const refused = violations(opening.error);
  const wrong = (field: string): string | undefined => {
    return [...marked, ...refused].find(([name]) => name === field || name.startsWith(`${field}.`))?.[1];
  };
  // to the first field that is marked, once it is drawn
  useEffect(() => {
    if (marked.size > 0 || refused.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries, opening.error]);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    setTries(tries + 1);
    if (found.size === 0) void opening.run(async () => wanted);
  }

  return (
    <form ref={form} class="stack roomy opening" noValidate onSubmit={submit}>
      <Heading title={words.title(course.code)} />
      <section class="sheet stack">
        <div class="form-grid">
          <Field label={words.room} hint={words.roomHint} error={wrong("room")}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                maxLength={100}
                value={draft.room}
                onInput={(event) => change({ room: event.currentTarget.value })}
              />
            )}
          </Field>
          {programmes.length > 0 && (
            <Field label={words.scope} error={wrong("programme_id")}>
              {(ids) => (
                <select
                  {...ids}
                  class="input"
                  value={draft.programmeId}
                  onChange={(event) => change({ programmeId: event.currentTarget.value })}
                >
                  <option value="">{words.wholeCourse}</option>
                  {programmes.map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.code} {one.name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
        <Times draft={draft} change={change} wrong={wrong} />
      </section>
      <PlaceOf draft={draft} change={change} wrong={wrong} known={given.known} />
      <Policy draft={draft} change={change} wrong={wrong} features={features} />
      <details class="sheet" open={Boolean(wrong("code_life") ?? wrong("code_overlap")) || undefined}>
        <summary>{words.more.title}</summary>
        <Codes draft={draft} change={change} wrong={wrong} />
      </details>
      {marked.size > 0 && <Notice tone="bad">{words.check}</Notice>}
      {opening.error !== undefined && marked.size === 0 && <Failure error={opening.error} />}
      <div class="row">
        <Button type="submit" kind="primary" busy={opening.busy}>
          {draft.later ? words.plan : words.submit}
        </Button>
        <ButtonLink href={`/courses/${course.id}`}>{texts.common.cancel}</ButtonLink>
      </div>
      {opening.dialog}
    </form>
  );
}

interface Part {
  draft: Draft;
  change: Change;
  wrong: (field: string) => string | undefined;
}

function Times({ draft, change, wrong }: Part) {
  return (
    <>
      <fieldset class="choices">
        <legend>{words.duration}</legend>
        <div class="row">
          {PRESETS.map((minutes) => (
            <Choice
              key={minutes}
              name="duration"
              text={words.minutes(minutes)}
              on={draft.preset === String(minutes)}
              choose={() => change({ preset: String(minutes) })}
            />
          ))}
          <Choice
            name="duration"
            text={words.other}
            on={draft.preset === ""}
            choose={() => change({ preset: "", ownMinutes: draft.ownMinutes || draft.preset })}
          />
        </div>
      </fieldset>
      <div class="form-grid">
        {draft.preset === "" && (
          <NumberField
            label={words.ownDuration}
            value={draft.ownMinutes}
            error={wrong("duration")}
            set={(ownMinutes) => change({ ownMinutes })}
          />
        )}
        <NumberField
          label={words.lateAfter}
          hint={words.lateHint}
          value={draft.lateAfter}
          error={wrong("late_after")}
          set={(lateAfter) => change({ lateAfter })}
        />
      </div>
      <fieldset class="choices">
        <legend>{words.when}</legend>
        <div class="row">
          <Choice name="when" text={words.now} on={!draft.later} choose={() => change({ later: false })} />
          <Choice name="when" text={words.later} on={draft.later} choose={() => change({ later: true })} />
        </div>
      </fieldset>
      {draft.later && (
        <div class="form-grid">
          <Field label={words.openTime} error={wrong("open_time")}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                type="datetime-local"
                value={draft.openTime}
                onInput={(event) => change({ openTime: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      )}
    </>
  );
}

function PlaceOf({ draft, change, wrong, known }: Part & { known: Known[] }) {
  const put = (at: Place) => change({ latitude: String(at.latitude), longitude: String(at.longitude) });
  const { finding, find } = useLocation(put);
  const pin = placeIn(draft);
  const radius = radiusIn(draft);
  const place = words.place;
  const choose = (one: Known) => {
    put(one.place);
    change({ radius: String(one.radius) });
  };
  // both at once, where a place was copied from elsewhere
  const typed = (field: "latitude" | "longitude") => (text: string) => {
    const both = readPlace(text);
    if (both) put(both);
    else change({ [field]: text });
  };
  // what the last session had because of its place, or for want of one, is no choice of anybody's
  const without = () => change({ hasPlace: false, policy: usualInsteadOf(Requirement.REQUIRED) });
  const withPlace = () => change({ hasPlace: true, policy: usualInsteadOf(Requirement.OFF) });
  const usualInsteadOf = (before: Requirement) =>
    draft.policy.location === before ? { ...draft.policy, location: Requirement.UNSPECIFIED } : draft.policy;
  return (
    <section class="sheet stack">
      <fieldset class="choices">
        <legend>{place.title}</legend>
        <div class="row">
          <Choice name="place" text={place.none} hint={place.noneHint} on={!draft.hasPlace} choose={without} />
          <Choice name="place" text={place.some} hint={place.someHint} on={draft.hasPlace} choose={withPlace} />
        </div>
      </fieldset>
      {draft.hasPlace && (
        <>
          <div class="form-grid bottom">
            <div>
              <Button busy={finding.kind === "finding"} onClick={find}>
                {place.here}
              </Button>
            </div>
            {known.length > 0 && (
              <Field label={place.earlier}>
                {(ids) => (
                  <select
                    {...ids}
                    class="input"
                    value={String(known.findIndex((one) => pin !== null && distance(one.place, pin) < 1))}
                    onChange={(event) => {
                      const one = known[Number(event.currentTarget.value)];
                      if (one) choose(one);
                    }}
                  >
                    <option value="-1">{place.choose}</option>
                    {known.map((one, index) => (
                      <option key={one.label} value={index}>
                        {one.label}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            )}
          </div>
          <div role="status">
            {finding.kind === "finding" && <p class="faint">{place.finding}</p>}
            {finding.kind === "failed" && <p class="notice warn">{place[finding.why]}</p>}
            {finding.kind === "found" &&
              (finding.metres > Math.max(radius || 0, 50) ? (
                <p class="notice warn">{place.coarse(length(finding.metres))}</p>
              ) : (
                <p class="notice good">{place.found(length(finding.metres))}</p>
              ))}
          </div>
          {wrong("geofence") && !wrong("geofence.latitude") && !wrong("geofence.longitude") && (
            <Notice tone="bad">{wrong("geofence")}</Notice>
          )}
          <div class="form-grid">
            <NumberField
              label={place.latitude}
              hint={place.degreesHint}
              value={draft.latitude}
              error={wrong("geofence.latitude")}
              invalid={wrong("geofence.center") !== undefined}
              set={typed("latitude")}
            />
            <NumberField
              label={place.longitude}
              value={draft.longitude}
              error={wrong("geofence.longitude")}
              set={typed("longitude")}
            />
            <NumberField
              label={place.radiusMetres}
              value={draft.radius}
              error={wrong("geofence.radius_meters")}
              set={(text) => change({ radius: text })}
            />
          </div>
          <Field label={place.radius}>
            {(ids) => (
              <input
                {...ids}
                type="range"
                min={10}
                max={SLIDER_MOST}
                step={5}
                value={Number.isNaN(radius) ? 100 : Math.min(SLIDER_MOST, radius)}
                aria-valuetext={length(Number.isNaN(radius) ? 100 : radius)}
                onInput={(event) => change({ radius: event.currentTarget.value })}
              />
            )}
          </Field>
          {pin ? (
            <PlaceMap
              pin={pin}
              radius={Number.isNaN(radius) ? 100 : radius}
              accuracy={finding.kind === "found" ? finding : null}
              known={known}
              onPin={put}
              onKnown={choose}
            />
          ) : (
            <p class="faint map-none">{place.noMap}</p>
          )}
        </>
      )}
    </section>
  );
}

function Policy({ draft, change, wrong, features }: Part & { features: Features | undefined }) {
  const unable: Partial<Record<Check, string>> = {
    ...(draft.hasPlace ? {} : { location: words.policy.noPlace }),
    ...(features?.faceVerification ? {} : { face: words.policy.noFace }),
    ...(features?.liveness ? {} : { liveness: words.policy.noLiveness }),
  };
  const { options } = words.policy;
  return (
    <section class="sheet stack" aria-labelledby="policy">
      <h2 id="policy">{words.policy.title}</h2>
      <p class="faint">{words.policy.hint}</p>
      <div class="form-grid in-two">
        {CHECKS.map((check) => (
          <Field key={check} label={words.policy[check]} hint={unable[check]} error={wrong(`policy.${check}`)}>
            {(ids) => (
              <select
                {...ids}
                class="input"
                value={draft.policy[check]}
                onChange={(event) =>
                  change({ policy: { ...draft.policy, [check]: Number(event.currentTarget.value) as Requirement } })
                }
              >
                <option value={Requirement.UNSPECIFIED}>{options.usual}</option>
                <option value={Requirement.REQUIRED} disabled={unable[check] !== undefined}>
                  {options.required}
                </option>
                <option value={Requirement.ADVISORY}>{options.advisory}</option>
                <option value={Requirement.OFF}>{options.off}</option>
              </select>
            )}
          </Field>
        ))}
      </div>
    </section>
  );
}

function Codes({ draft, change, wrong }: Part) {
  return (
    <div class="stack">
      <div class="form-grid">
        <NumberField
          label={words.more.life}
          hint={words.more.lifeHint}
          value={draft.codeLife}
          error={wrong("code_life")}
          set={(codeLife) => change({ codeLife })}
        />
        <NumberField
          label={words.more.overlap}
          hint={words.more.overlapHint}
          value={draft.codeOverlap}
          error={wrong("code_overlap")}
          set={(codeOverlap) => change({ codeOverlap })}
        />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.typedCode}
          onChange={(event) => change({ typedCode: event.currentTarget.checked })}
        />
        {words.more.typed}
      </label>
    </div>
  );
}

function Choice({
  name,
  text,
  hint,
  on,
  choose,
}: {
  name: string;
  text: string;
  hint?: string;
  on: boolean;
  choose: () => void;
}) {
  return (
    <label class="choice">
      <input type="radio" name={name} checked={on} onChange={choose} />
      <span>
        {text}
        {hint && <span class="faint"> {hint}</span>}
      </span>
    </label>
  );
}

/** Numbers as text: an input of type number swallows what it cannot read, and turns at the mouse's wheel. */
function NumberField({
  label,
  hint,
  value,
  error,
  invalid = false,
  set,
}: {
  label: string;
  hint?: string;
  value: string;
  error: string | undefined;
  invalid?: boolean;
  set: (text: string) => void;
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <input
          {...ids}
          aria-invalid={invalid || ids["aria-invalid"]}
          class="input numbers"
          inputMode="decimal"
          autocomplete="off"
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
