import { useRef, useState } from "preact/hooks";
import { admin } from "../../api/transport";
import { type DeviceResetRequest, DeviceResetState } from "../../contract/absense/v1/device_pb";
import { Button, Chip, Failure, Field, Heading, Loading, Notice } from "../../parts";
import { useAction } from "../../parts/action";
import { useLoaded } from "../../parts/loaded";
import { usePages } from "../../parts/pages";
import { dayAndTime } from "../../parts/times";
import { texts } from "../../texts";
import { AdminTabs } from "./tabs";

const words = texts.admin.devices;
const STATES = [DeviceResetState.PENDING, DeviceResetState.APPROVED, DeviceResetState.REJECTED];
const TONES = {
  [DeviceResetState.UNSPECIFIED]: "quiet",
  [DeviceResetState.PENDING]: "warn",
  [DeviceResetState.APPROVED]: "good",
  [DeviceResetState.REJECTED]: "bad",
} as const;

/** Students' wishes for another phone, the oldest first. */
export function DevicesPage() {
  const [state, setState] = useState(DeviceResetState.PENDING);
  const [said, setSaid] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const requests = usePages<DeviceResetRequest>(
    async (pageToken, signal) => {
      const answer = await admin.listDeviceResetRequests({ state, pageToken }, { signal });
      return { items: answer.resetRequests, nextPageToken: answer.nextPageToken };
    },
    (request) => request.id,
    [state],
  );
  function decided(request: DeviceResetRequest) {
    const name = request.student?.fullName ?? "";
    setSaid((request.state === DeviceResetState.APPROVED ? words.approved : words.refused)(name));
    // on to the next that waits: the pressed button is about to go
    const waiting = [...(list.current?.querySelectorAll<HTMLElement>("[data-waits='true']") ?? [])];
    const at = waiting.findIndex((one) => one.dataset.request === request.id);
    waiting[at + 1]?.querySelector<HTMLElement>("button")?.focus();
    requests.put(request);
  }
  return (
    <div class="stack">
      <Heading title={words.title} />
      <AdminTabs />
      <div class="filters">
        <Field label={words.state}>
          {(ids) => (
            <select
              {...ids}
              class="input"
              value={state}
              onChange={(event) => setState(Number(event.currentTarget.value))}
            >
              {STATES.map((one) => (
                <option key={one} value={one}>
                  {words.states[one]}
                </option>
              ))}
              <option value={DeviceResetState.UNSPECIFIED}>{words.anyState}</option>
            </select>
          )}
        </Field>
      </div>
      <p class="hidden-text" role="status">
        {said}
      </p>
      {requests.error !== undefined && <Failure error={requests.error} retry={requests.load} />}
      {!requests.items && requests.busy && <Loading />}
      {requests.items?.length === 0 && !requests.busy && (
        <Notice>{state === DeviceResetState.PENDING ? words.none : words.noneFits}</Notice>
      )}
      <ul class="wishes" ref={list}>
        {requests.items?.map((request) => (
          <Request key={request.id} request={request} onDecided={decided} />
        ))}
      </ul>
      {requests.more && (
        <Button busy={requests.busy} onClick={requests.load}>
          {texts.common.more}
        </Button>
      )}
    </div>
  );
}

function Request({
  request,
  onDecided,
}: {
  request: DeviceResetRequest;
  onDecided: (request: DeviceResetRequest) => void;
}) {
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const noteField = useRef<HTMLInputElement>(null);
  const [past, setPast] = useState(false);
  const resetRequestId = request.id;
  const deciding = useAction(async (approve: boolean) => {
    const { resetRequest } = approve
      ? await admin.approveDeviceReset({ resetRequestId, note })
      : await admin.rejectDeviceReset({ resetRequestId, note });
    if (resetRequest) onDecided(resetRequest);
  });
  const { student, device } = request;
  const name = student?.fullName ?? "";
  const waits = request.state === DeviceResetState.PENDING;
  return (
    <li class="sheet stack" data-request={request.id} data-waits={waits}>
      <div class="row spread">
        <h2>
          {name} <span class="faint numbers">{student?.institutionNumber}</span>
        </h2>
        <span class="row">
          <Chip tone={request.earlierApprovedCount > 1 ? "warn" : "quiet"}>
            {words.earlier(request.earlierApprovedCount)}
          </Chip>
          <Chip tone={TONES[request.state]}>{words.states[request.state]}</Chip>
        </span>
      </div>
      <blockquote>{request.reason}</blockquote>
      <PhoneAndTimes request={request} device={device} />
      {waits ? (
        <div class="filters">
          <Field label={words.answer(name)} hint={words.answerHint} error={missing ? words.needed : undefined}>
            {(ids) => (
              <input
                {...ids}
                ref={noteField}
                class="input"
                maxLength={1000}
                value={note}
                onInput={(event) => {
                  setNote(event.currentTarget.value);
                  setMissing(false);
                }}
              />
            )}
          </Field>
          <div class="row">
            <Button kind="primary" busy={deciding.busy} onClick={() => void deciding.run(true)}>
              {words.approve}
            </Button>
            <Button
              kind="danger"
              busy={deciding.busy}
              onClick={() => {
                setMissing(!note.trim());
                if (note.trim()) void deciding.run(false);
                else noteField.current?.focus();
              }}
            >
              {words.refuse}
            </Button>
          </div>
        </div>
      ) : (
        request.note && <p>{request.note}</p>
      )}
      {deciding.error !== undefined && <Failure error={deciding.error} />}
      <details onToggle={(event) => setPast(event.currentTarget.open)}>
        <summary>{words.history}</summary>
        {past && student && <History request={request} userId={student.userId} />}
      </details>
    </li>
  );
}

function PhoneAndTimes({ request, device }: { request: DeviceResetRequest; device: DeviceResetRequest["device"] }) {
  return (
    <p class="faint">
      {device &&
        `${texts.admin.account.phone}: ${words.platforms[device.platform]} ${device.model}, ${words.boundSince(dayAndTime(device.bindTime))}, ${device.hasKey ? words.signs : words.unsigned}. `}
      {words.asked(dayAndTime(request.createTime))}.
      {request.decideTime && ` ${words.decided(dayAndTime(request.decideTime))}.`}
    </p>
  );
}

/** What the student asked before. */
function History({ request, userId }: { request: DeviceResetRequest; userId: string }) {
  const { value, error, reload } = useLoaded(
    (signal) => admin.listDeviceResetRequests({ userId, pageSize: 200 }, { signal }),
    [userId],
  );
  const others = value?.resetRequests.filter(({ id }) => id !== request.id);
  if (error !== undefined) return <Failure error={error} retry={reload} />;
  if (!others) return <Loading />;
  if (others.length === 0) return <p class="faint">{words.noHistory}</p>;
  return (
    <ul class="history" aria-label={words.historyOf(request.student?.fullName ?? "")}>
      {others.map((one) => (
        <li key={one.id}>
          <span class="row">
            <Chip tone={TONES[one.state]}>{words.states[one.state]}</Chip>
            {one.reason}
          </span>
          <PhoneAndTimes request={one} device={one.device} />
          {one.note && <p>{one.note}</p>}
        </li>
      ))}
    </ul>
  );
}
