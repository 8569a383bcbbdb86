import { useState } from "preact/hooks";
import { admin } from "../../../api/transport";
import { type User, UserState } from "../../../contract/absense/v1/user_pb";
import { Button, Chip, Dialog, Failure, Field, Notice } from "../../../parts";
import { useAction } from "../../../parts/action";
import { useLoaded } from "../../../parts/loaded";
import { date, dayAndTime } from "../../../parts/times";
import { texts } from "../../../texts";
import { nameOf, setState, TONES } from "./states";

const words = texts.admin.account;
const listWords = texts.admin.users;

/** One account, and all that can be done with it. */
export function Account({
  user,
  onChanged,
  onClose,
}: {
  user: User;
  onChanged: (user: User, before: User) => void;
  onClose: () => void;
}) {
  const [erasing, setErasing] = useState(false);
  const asked = useLoaded((signal) => admin.getUser({ userId: user.id }, { signal }), [user.id, user.state]);
  const switching = useAction(async (to: UserState.ACTIVE | UserState.DEACTIVATED) =>
    onChanged(await setState(user, to), user),
  );
  const vouching = useAction(async () => {
    const institutionNumber = user.claimedNumber;
    const paths = ["institution_number"];
    const answer = await admin.updateUser({ userId: user.id, institutionNumber, updateMask: { paths } });
    if (answer.user) onChanged(answer.user, user);
  });
  const mailing = useAction(async () => admin.sendPasswordReset({ userId: user.id }));
  const [mailed, setMailed] = useState(false);
  const device = asked.value?.device;
  const busy = switching.busy || vouching.busy || mailing.busy;
  const error = switching.error ?? vouching.error ?? mailing.error;
  const erased = user.state === UserState.ERASED;
  if (erasing) return <Erase user={user} onChanged={onChanged} onClose={onClose} />;
  return (
    <Dialog title={nameOf(user)} onClose={onClose}>
      <div class="row">
        <Chip>{listWords.roles[user.role]}</Chip>
        <Chip tone={TONES[user.state]}>{listWords.states[user.state]}</Chip>
      </div>
      <dl class="details">
        <Detail name={words.email} value={user.email} />
        <Detail
          name={listWords.number}
          value={user.claimedNumber ? `${user.claimedNumber} (${listWords.asStated})` : user.institutionNumber}
        />
        {user.level > 0 && <Detail name={words.level} value={String(user.level)} />}
        <Detail name={listWords.since} value={date(user.createTime)} />
        <Detail
          name={words.phone}
          value={
            device
              ? `${texts.admin.devices.platforms[device.platform]} ${device.model}, ${texts.admin.devices.boundSince(dayAndTime(device.bindTime))}`
              : asked.value
                ? words.noPhone
                : texts.common.loading
          }
        />
        <Detail name={words.id} value={user.id} />
      </dl>
      {asked.error !== undefined && <Failure error={asked.error} retry={asked.reload} />}
      {error !== undefined && <Failure error={error} />}
      {mailed && <Notice tone="good">{words.mailSent}</Notice>}
      {!erased && (
        <div class="row">
          {(user.state === UserState.DEACTIVATED || user.state === UserState.PENDING_EMAIL) && (
            <Button busy={busy} onClick={() => void switching.run(UserState.ACTIVE)}>
              {words.activate}
            </Button>
          )}
          {user.state === UserState.PENDING_APPROVAL && (
            <>
              <Button kind="primary" busy={busy} onClick={() => void switching.run(UserState.ACTIVE)}>
                {listWords.approve}
              </Button>
              <Button kind="danger" busy={busy} onClick={() => void switching.run(UserState.DEACTIVATED)}>
                {listWords.refuse}
              </Button>
            </>
          )}
          {[UserState.ACTIVE, UserState.INVITED, UserState.PENDING_EMAIL].includes(user.state) && (
            <Button kind="danger" busy={busy} onClick={() => void switching.run(UserState.DEACTIVATED)}>
              {words.deactivate}
            </Button>
          )}
          {user.claimedNumber && (
            <Button busy={busy} onClick={() => void vouching.run()}>
              {words.vouch(user.claimedNumber)}
            </Button>
          )}
          {user.state !== UserState.DEACTIVATED && (
            <Button busy={busy} onClick={() => void mailing.run().then((sent) => setMailed(sent !== undefined))}>
              {user.state === UserState.INVITED ? words.inviteAgain : words.mail}
            </Button>
          )}
          <Button kind="danger" onClick={() => setErasing(true)}>
            {words.erase}
          </Button>
        </div>
      )}
      <div class="row spread">
        <a href={`/admin/audit?by=${user.id}`} onClick={onClose}>
          {words.acts}
        </a>
        <Button onClick={onClose}>{texts.common.close}</Button>
      </div>
    </Dialog>
  );
}

function Detail({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value || "-"}</dd>
    </div>
  );
}

/** Cannot be undone: the address has to be typed, and the reason given. */
function Erase({
  user,
  onChanged,
  onClose,
}: {
  user: User;
  onChanged: (user: User, before: User) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const proof = user.email || user.id;
  const right = typed.trim().toLowerCase() === proof.toLowerCase();
  const erasing = useAction(async () => {
    const { erased } = await admin.eraseUser({ userId: user.id, reason });
    const after = await admin.getUser({ userId: user.id });
    if (after.user) onChanged(after.user, user);
    return erased;
  });
  // as it was: the name is about to go
  const [title] = useState(words.eraseTitle(nameOf(user)));
  const [done, setDone] = useState<string>();
  if (done) {
    return (
      <Dialog title={title} onClose={onClose}>
        <Notice tone="good">{done}</Notice>
        <Button onClick={onClose}>{texts.common.close}</Button>
      </Dialog>
    );
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!right || !reason.trim()) return;
          void erasing.run().then((erased) => {
            if (erased) setDone(words.erased(erased.photographCount, erased.identityKept));
          });
        }}
      >
        <Notice tone="warn">{words.eraseWhy}</Notice>
        <Field label={words.eraseReason} hint={words.eraseReasonHint}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              required
              maxLength={1000}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={words.eraseTyped(proof)} error={tried && !right ? words.eraseMismatch : undefined}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              required
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </Field>
        {erasing.error !== undefined && <Failure error={erasing.error} />}
        <div class="row">
          <Button type="submit" kind="danger" busy={erasing.busy}>
            {words.eraseSubmit}
          </Button>
          <Button onClick={onClose}>{texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
