import { useEffect, useRef, useState } from "preact/hooks";
import { waitOf } from "../../../api/errors";
import { sleep } from "../../../api/sleep";
import { admin } from "../../../api/transport";
import { Role } from "../../../contract/absense/v1/role_pb";
import { type User, UserState } from "../../../contract/absense/v1/user_pb";
import { Button, Chip, Failure, Field, Heading, Loading, Notice, Table } from "../../../parts";
import { useAction } from "../../../parts/action";
import { useLater } from "../../../parts/later";
import { usePages } from "../../../parts/pages";
import { date } from "../../../parts/times";
import { texts } from "../../../texts";
import { AdminTabs } from "../tabs";
import { Account } from "./account";
import { Invite } from "./invite";
import { empty } from "./queue";
import { nameOf, setState, TONES, waits } from "./states";

const words = texts.admin.users;
const STATES = [
  UserState.PENDING_APPROVAL,
  UserState.PENDING_EMAIL,
  UserState.INVITED,
  UserState.ACTIVE,
  UserState.DEACTIVATED,
  UserState.ERASED,
];
const ROLES = [Role.STUDENT, Role.LECTURER, Role.ADMIN];
const AT_ONCE = 4;

/** Accounts: who waits is approved or refused, one after the other or many at once. */
export function UsersPage() {
  const asked = new URLSearchParams(location.search).get("state");
  const [state, chooseState] = useState(asked === "waiting" ? UserState.PENDING_APPROVAL : UserState.UNSPECIFIED);
  const [role, chooseRole] = useState(Role.UNSPECIFIED);
  const [typed, setTyped] = useState("");
  const query = useLater(typed.trim());
  const users = usePages<User>(
    async (pageToken, signal) => {
      const states = state === UserState.UNSPECIFIED ? [] : [state];
      const answer = await admin.listUsers({ states, role, query, pageToken, pageSize: 100 }, { signal });
      return { items: answer.users, nextPageToken: answer.nextPageToken };
    },
    (user) => user.id,
    [state, role, query],
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<User>();
  const [inviting, setInviting] = useState(false);
  const [said, setSaid] = useState("");
  const items = users.items ?? [];
  const waiting = items.filter(waits);
  const selected = waiting.filter((user) => chosen.has(user.id));
  const list = useRef<HTMLDivElement>(null);

  function put(user: User, before: User) {
    users.put(user);
    if (waits(before) && !waits(user))
      setSaid((user.state === UserState.ACTIVE ? words.approved : words.refused)(user.fullName));
  }

  const stopping = useRef(new AbortController());
  useEffect(() => () => stopping.current.abort(), []);
  const deciding = useAction(async (queue: User[], to: UserState.ACTIVE | UserState.DEACTIVATED) => {
    const all = queue.length;
    stopping.current = new AbortController();
    const { signal } = stopping.current;
    await empty(queue, AT_ONCE, {
      act: async (user) => users.put(await setState(user, to)),
      // so many a minute are allowed
      waitOf,
      sleep: (milliseconds) => {
        setSaid(words.pause(Math.ceil(milliseconds / 1000), queue.length));
        return sleep(milliseconds, signal);
      },
      // not every one is worth a word
      onDone: (left) => left % 10 === 0 && setSaid(words.progress(all - left, all)),
      signal,
    });
    if (!signal.aborted) setChosen(new Set());
  });

  return (
    <div class="stack">
      <Heading title={words.title}>
        <Button kind="primary" onClick={() => setInviting(true)}>
          {words.invite}
        </Button>
      </Heading>
      <AdminTabs />
      <div class="filters">
        <Field label={words.state}>
          {(ids) => (
            <select
              {...ids}
              class="input"
              value={state}
              onChange={(event) => chooseState(Number(event.currentTarget.value))}
            >
              <option value={UserState.UNSPECIFIED}>{words.anyState}</option>
              {STATES.map((one) => (
                <option key={one} value={one}>
                  {words.states[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.role}>
          {(ids) => (
            <select
              {...ids}
              class="input"
              value={role}
              onChange={(event) => chooseRole(Number(event.currentTarget.value))}
            >
              <option value={Role.UNSPECIFIED}>{words.anyRole}</option>
              {ROLES.map((one) => (
                <option key={one} value={one}>
                  {words.roles[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div class="wide">
          <Field label={words.search}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                type="search"
                maxLength={200}
                value={typed}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
      </div>
      {waiting.length > 0 && (
        <div class="row bulk">
          <label class="check">
            <input
              type="checkbox"
              checked={selected.length === waiting.length}
              onChange={(event) =>
                setChosen(new Set(event.currentTarget.checked ? waiting.map((user) => user.id) : []))
              }
            />
            {words.selectAll}
          </label>
          <span class="numbers">{words.selected(selected.length)}</span>
          <Button
            small
            kind="primary"
            disabled={selected.length === 0}
            busy={deciding.busy}
            onClick={() => void deciding.run([...selected], UserState.ACTIVE)}
          >
            {words.approveSelected}
          </Button>
          <Button
            small
            kind="danger"
            disabled={selected.length === 0}
            busy={deciding.busy}
            onClick={() => void deciding.run([...selected], UserState.DEACTIVATED)}
          >
            {words.refuseSelected}
          </Button>
          {deciding.busy && (
            <>
              <Button small onClick={() => stopping.current.abort()}>
                {words.stop}
              </Button>
              <span class="numbers" aria-hidden="true">
                {said}
              </span>
            </>
          )}
          {!deciding.busy && <span class="faint">{words.keys}</span>}
        </div>
      )}
      <p class="hidden-text" role="status">
        {said}
      </p>
      {deciding.error !== undefined && <Failure error={deciding.error} />}
      {users.error !== undefined && <Failure error={users.error} retry={users.load} />}
      {!users.items && users.busy && <Loading />}
      {users.items && items.length === 0 && !users.busy && <Notice>{words.none}</Notice>}
      {items.length > 0 && (
        <div ref={list}>
          <Table
            caption={words.title}
            heads={[words.person, { text: words.number, roomy: true }, { text: words.since, roomy: true }, words.state]}
          >
            {items.map((user) => (
              <Row
                key={user.id}
                user={user}
                chosen={chosen.has(user.id)}
                onChoose={(yes) => {
                  const now = new Set(chosen);
                  if (yes) now.add(user.id);
                  else now.delete(user.id);
                  setChosen(now);
                }}
                onChanged={put}
                onOpen={() => setOpened(user)}
              />
            ))}
          </Table>
        </div>
      )}
      {items.length > 0 && (
        <div class="row">
          {users.more && (
            <Button busy={users.busy} onClick={users.load}>
              {texts.common.more}
            </Button>
          )}
          <span class="faint">{words.shown(items.length, users.more)}</span>
        </div>
      )}
      {opened && (
        <Account
          user={items.find((user) => user.id === opened.id) ?? opened}
          onChanged={put}
          onClose={() => {
            setOpened(undefined);
            // back to where it was opened, whatever was opened from it
            controlOf(list.current?.querySelector<HTMLElement>(`[data-user="${opened.id}"]`) ?? null, "open")?.focus();
          }}
        />
      )}
      {inviting && (
        <Invite
          onClose={(invited) => {
            setInviting(false);
            if (!invited) return;
            setSaid(texts.admin.invite.done(invited.fullName));
            users.reload();
          }}
        />
      )}
    </div>
  );
}

function Row({
  user,
  chosen,
  onChoose,
  onChanged,
  onOpen,
}: {
  user: User;
  chosen: boolean;
  onChoose: (yes: boolean) => void;
  onChanged: (user: User, before: User) => void;
  onOpen: () => void;
}) {
  const row = useRef<HTMLTableRowElement>(null);
  const acting = useAction(async (to: UserState.ACTIVE | UserState.DEACTIVATED) => setState(user, to));

  async function decide(to: UserState.ACTIVE | UserState.DEACTIVATED) {
    const held = (document.activeElement as HTMLElement | null)?.dataset.control ?? "open";
    const changed = await acting.run(to);
    if (!changed) return;
    // on to the next who waits, by the control that was used: the pressed one is about to go
    const next = nextOf(row.current, (other) => other.dataset.waits === "true");
    (controlOf(next, held) ?? controlOf(row.current, "open"))?.focus();
    onChanged(changed, user);
  }

  function key(event: KeyboardEvent) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = event.key === "ArrowDown" ? nextOf : event.key === "ArrowUp" ? previousOf : undefined;
    if (step) {
      const held = (event.target as HTMLElement).dataset.control ?? "open";
      const other = step(row.current, () => true);
      (controlOf(other, held) ?? controlOf(other, "open"))?.focus();
      event.preventDefault();
    } else if (waits(user) && event.key.toLowerCase() === "a") void decide(UserState.ACTIVE);
    else if (waits(user) && event.key.toLowerCase() === "r") void decide(UserState.DEACTIVATED);
  }

  const name = nameOf(user);
  return (
    <tr ref={row} data-user={user.id} data-waits={waits(user)} aria-busy={acting.busy || undefined} onKeyDown={key}>
      <th scope="row">
        <span class="row person">
          {waits(user) && (
            <input
              type="checkbox"
              data-control="choose"
              aria-label={words.select(name)}
              checked={chosen}
              onChange={(event) => onChoose(event.currentTarget.checked)}
            />
          )}
          <span>
            <button type="button" class="link" data-control="open" onClick={onOpen}>
              {name}
            </button>
            <br />
            <span class="faint address">{[words.roles[user.role], user.email].filter(Boolean).join(", ")}</span>
          </span>
        </span>
      </th>
      <td class="numbers roomy">
        {user.institutionNumber}
        {user.claimedNumber && (
          <>
            {user.claimedNumber} <span class="faint">({words.asStated})</span>
          </>
        )}
      </td>
      <td class="numbers roomy when">{date(user.createTime)}</td>
      <td>
        <span class="row state">
          <Chip tone={TONES[user.state]}>{words.states[user.state]}</Chip>
          {waits(user) && (
            <span class="row actions">
              <Button
                small
                data-control="approve"
                aria-label={words.approveOf(name)}
                busy={acting.busy}
                onClick={() => void decide(UserState.ACTIVE)}
              >
                {words.approve}
              </Button>
              <Button
                small
                kind="danger"
                data-control="refuse"
                aria-label={words.refuseOf(name)}
                busy={acting.busy}
                onClick={() => void decide(UserState.DEACTIVATED)}
              >
                {words.refuse}
              </Button>
            </span>
          )}
        </span>
        {acting.error !== undefined && <Failure error={acting.error} />}
      </td>
    </tr>
  );
}

type Fits = (row: HTMLElement) => boolean;

function nextOf(row: HTMLElement | null, fits: Fits): HTMLElement | null {
  let other = row?.nextElementSibling as HTMLElement | null | undefined;
  while (other && !fits(other)) other = other.nextElementSibling as HTMLElement | null;
  return other ?? null;
}

function previousOf(row: HTMLElement | null, fits: Fits): HTMLElement | null {
  let other = row?.previousElementSibling as HTMLElement | null | undefined;
  while (other && !fits(other)) other = other.previousElementSibling as HTMLElement | null;
  return other ?? null;
}

function controlOf(row: HTMLElement | null, name: string): HTMLElement | null {
  return row?.querySelector<HTMLElement>(`[data-control="${name}"]`) ?? null;
}
