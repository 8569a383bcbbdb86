import { useState } from "preact/hooks";
import { admin } from "../../../api/transport";
import { AuditAction, type AuditEvent } from "../../../contract/absense/v1/audit_pb";
import { Button, Chip, Failure, Field, Heading, Loading, Notice, Table } from "../../../parts";
import { usePages } from "../../../parts/pages";
import { bounds, DayFields } from "../../../parts/period";
import { dayAndTime } from "../../../parts/times";
import { texts } from "../../../texts";
import { AdminTabs } from "../tabs";
import { PersonField } from "./person";
import { Verify } from "./verify";

const words = texts.audit;
const ACTIONS = Object.entries(words.actions)
  .map(([action, text]) => ({ action: Number(action), text }))
  .filter(({ action }) => action !== AuditAction.UNSPECIFIED)
  .sort((a, b) => a.text.localeCompare(b.text, "en"));
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Wanted {
  action: AuditAction;
  actor: { id: string; name: string };
  subject: string;
  from: string;
  until: string;
}

const ANYTHING: Wanted = {
  action: AuditAction.UNSPECIFIED,
  actor: { id: "", name: "" },
  subject: "",
  from: "",
  until: "",
};

/** What was done by whom, the newest first; and whether the log is whole. */
export function AuditPage() {
  const [wanted, setWanted] = useState<Wanted>(() => {
    const by = new URLSearchParams(location.search).get("by") ?? "";
    return UUID.test(by) ? { ...ANYTHING, actor: { id: by, name: by } } : ANYTHING;
  });
  const want = (part: Partial<Wanted>) => setWanted({ ...wanted, ...part });
  const subject = UUID.test(wanted.subject.trim()) ? wanted.subject.trim() : "";
  const events = usePages<AuditEvent>(
    async (pageToken, signal) => {
      const answer = await admin.listAuditEvents(
        {
          actions: wanted.action === AuditAction.UNSPECIFIED ? [] : [wanted.action],
          actorId: wanted.actor.id,
          subjectId: subject,
          ...bounds(wanted),
          pageToken,
        },
        { signal },
      );
      return { items: answer.events, nextPageToken: answer.nextPageToken };
    },
    (event) => event.id,
    [wanted.action, wanted.actor.id, subject, wanted.from, wanted.until],
  );
  const filtered = wanted !== ANYTHING;
  return (
    <div class="stack">
      <Heading title={words.title} />
      <AdminTabs />
      <Verify />
      <div class="filters top">
        <div class="wide">
          <Field label={words.action}>
            {(ids) => (
              <select
                {...ids}
                class="input"
                value={wanted.action}
                onChange={(event) => want({ action: Number(event.currentTarget.value) })}
              >
                <option value={AuditAction.UNSPECIFIED}>{words.anyAction}</option>
                {ACTIONS.map(({ action, text }) => (
                  <option key={action} value={action}>
                    {text}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <div class="wide">
          <PersonField
            key={wanted.actor.id}
            name={wanted.actor.name}
            onChoose={(id, name) => want({ actor: { id, name } })}
          />
        </div>
        <div class="wide">
          <Field label={words.subject}>
            {(ids) => (
              <input
                {...ids}
                class="input identifier"
                type="search"
                autocomplete="off"
                spellcheck={false}
                value={wanted.subject}
                onInput={(event) => want({ subject: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
        <DayFields period={wanted} onChange={want} />
        {filtered && <Button onClick={() => setWanted(ANYTHING)}>{words.clear}</Button>}
      </div>
      {events.error !== undefined && <Failure error={events.error} retry={events.load} />}
      {!events.items && events.busy && <Loading />}
      {events.items?.length === 0 && !events.busy && <Notice>{words.none}</Notice>}
      {events.items && events.items.length > 0 && (
        <Table
          caption={words.title}
          heads={[
            words.when,
            words.action,
            words.person,
            words.about,
            words.details,
            { text: words.number, number: true },
          ]}
        >
          {events.items.map((event) => (
            <Row
              key={event.id}
              event={event}
              onActor={(id, name) => want({ actor: { id, name } })}
              onSubject={(id) => want({ subject: id })}
            />
          ))}
        </Table>
      )}
      {events.more && (
        <Button busy={events.busy} onClick={events.load}>
          {texts.common.more}
        </Button>
      )}
    </div>
  );
}

/** An id by its end, which tells it apart; its beginning is a time. */
function Id({ id, onChoose }: { id: string; onChoose: (id: string) => void }) {
  return (
    <button
      type="button"
      class="link identifier"
      title={words.onlyAbout(id)}
      aria-label={words.onlyAbout(id)}
      onClick={() => onChoose(id)}
    >
      {id.slice(-12)}
    </button>
  );
}

function Row({
  event,
  onActor,
  onSubject,
}: {
  event: AuditEvent;
  onActor: (id: string, name: string) => void;
  onSubject: (id: string) => void;
}) {
  const { actorId, subjectId } = event;
  const actor = event.actor?.fullName || actorId;
  const details = [...Object.entries(event.facts), ...Object.entries(event.privateFacts)];
  return (
    <tr>
      <td class="numbers when">{dayAndTime(event.createTime)}</td>
      <td>{words.actions[event.action] ?? words.actions[AuditAction.UNSPECIFIED]}</td>
      <td>
        {actorId ? (
          <button
            type="button"
            class={event.actor?.fullName ? "link" : "link identifier"}
            title={words.onlyBy(actor)}
            onClick={() => onActor(actorId, actor)}
          >
            {actor}
          </button>
        ) : (
          <span class="faint">{event.requestId ? words.nobody : words.server}</span>
        )}
      </td>
      <td>{subjectId && <Id id={subjectId} onChoose={onSubject} />}</td>
      <td>
        <dl class="facts">
          {details.map(([name, value]) => (
            <div key={name}>
              <dt>{name.replaceAll("_", " ")}</dt>
              <dd>{UUID.test(value) ? <Id id={value} onChoose={onSubject} /> : value}</dd>
            </div>
          ))}
        </dl>
        {event.erased && <Chip>{words.erased}</Chip>}
      </td>
      <td class="number">{event.number > 0n ? String(event.number) : <span class="faint">{words.unsealed}</span>}</td>
    </tr>
  );
}
