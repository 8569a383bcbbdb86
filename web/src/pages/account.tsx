import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { reasonOf } from "../api/errors";
import { changed, leave, signIn } from "../api/sign-in";
import { auth } from "../api/transport";
import type { SignIn } from "../contract/absense/v1/sign_in_pb";
import type { User } from "../contract/absense/v1/user_pb";
import { Button, Chip, Dialog, Failure, Field, Heading, Loading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { faultsOf, useFocusOnFault, useWait } from "../parts/form";
import { useLoaded } from "../parts/loaded";
import { PasswordField } from "../parts/password";
import { roleName } from "../parts/roles";
import { passwordHint, useServerInfo } from "../parts/server-info";
import { dayAndTime } from "../parts/times";
import { counted, texts } from "../texts";
import { type Theme, theme } from "../theme";

const words = texts.account;

/** One's own account: who one is, the password, where one is signed in, the colours. */
export function AccountPage() {
  const signIns = useLoaded(listSignIns, []);
  const now = signIn.value;
  if (now.state !== "in") return null;
  return (
    <div class="stack account">
      <Heading title={words.title} />
      <Profile user={now.user} />
      <Password email={now.user.email} onChanged={signIns.reload} />
      <Section title={words.signIns}>
        {signIns.error !== undefined && <Failure error={signIns.error} retry={signIns.reload} />}
        {signIns.value ? (
          <SignIns signIns={signIns.value} reload={signIns.reload} />
        ) : (
          signIns.error === undefined && <Loading />
        )}
      </Section>
      <Colours />
    </div>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="sheet stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function Profile({ user }: { user: User }) {
  const [fullName, setFullName] = useState(user.fullName);
  const [email, setEmail] = useState(user.email);
  const [said, setSaid] = useState("");
  const form = useRef<HTMLFormElement>(null);
  const saving = useAction(async () => {
    const paths = [];
    if (fullName.trim() !== user.fullName) paths.push("full_name");
    if (email.trim().toLowerCase() !== user.email) paths.push("email");
    if (paths.length === 0) return words.unchanged;
    const answer = await auth.updateProfile({ fullName: fullName.trim(), email: email.trim(), updateMask: { paths } });
    if (answer.user) {
      changed(answer.user);
      setFullName(answer.user.fullName);
      setEmail(answer.user.email);
    }
    // the server names an address that waits whatever was changed
    return answer.pendingEmail ? `${words.saved} ${words.pendingEmail(answer.pendingEmail)}` : words.saved;
  });
  const faults = faultsOf(saving.error, { EMAIL_TAKEN: "email" });
  useFocusOnFault(form, saving.error);
  return (
    <Section title={words.you}>
      <form
        ref={form}
        class="stack"
        onSubmit={async (event) => {
          event.preventDefault();
          setSaid("");
          setSaid((await saving.run()) ?? "");
        }}
      >
        <div class="form-grid">
          <Field label={words.name} hint={words.nameHint} error={faults.get("full_name")}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                autocomplete="name"
                required
                maxlength={200}
                value={fullName}
                onInput={(event) => setFullName(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field label={words.email} hint={words.emailHint} error={faults.get("email")}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                type="email"
                autocomplete="email"
                required
                maxlength={254}
                value={email}
                onInput={(event) => setEmail(event.currentTarget.value)}
              />
            )}
          </Field>
        </div>
        <dl class="account-facts">
          <div>
            <dt>{words.role}</dt>
            <dd>{roleName(user.role)}</dd>
          </div>
          <div>
            <dt>{words.number}</dt>
            <dd>
              <span class="numbers">
                {user.institutionNumber || (user.claimedNumber ? words.claimed(user.claimedNumber) : words.noNumber)}
              </span>
              <span class="faint"> {words.numberHint}</span>
            </dd>
          </div>
        </dl>
        {saving.error !== undefined && faults.size === 0 && <Failure error={saving.error} />}
        {said && <Notice tone={said === words.unchanged ? "info" : "good"}>{said}</Notice>}
        <div class="row">
          <Button type="submit" kind="primary" busy={saving.busy}>
            {words.save}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Password({ email, onChanged }: { email: string; onChanged: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [ended, setEnded] = useState<number>();
  const info = useServerInfo();
  const form = useRef<HTMLFormElement>(null);
  const changing = useAction(async () => {
    const answer = await auth.changePassword({ currentPassword: current, newPassword: next });
    setCurrent("");
    setNext("");
    onChanged();
    return answer.endedSignInCount;
  });
  const faults = faultsOf(changing.error);
  const wait = useWait(changing.error);
  useFocusOnFault(form, changing.error);
  return (
    <Section title={words.password}>
      <form
        ref={form}
        class="stack"
        onSubmit={async (event) => {
          event.preventDefault();
          setEnded(undefined);
          setEnded(await changing.run());
        }}
      >
        {/* for password managers, which would not know whose password this is */}
        <input hidden autocomplete="username" readOnly value={email} />
        <div class="form-grid">
          <PasswordField
            label={words.current}
            kind="current-password"
            value={current}
            onInput={setCurrent}
            error={faults.get("current_password")}
          />
          <PasswordField
            label={words.next}
            kind="new-password"
            value={next}
            onInput={setNext}
            hint={passwordHint(info)}
            error={faults.get("new_password")}
          />
        </div>
        {changing.error !== undefined && faults.size === 0 && <Failure error={changing.error} />}
        {ended !== undefined && (
          <Notice tone="good">
            {ended > 0
              ? words.passwordChanged(counted(ended, words.others.one, words.others.other))
              : words.passwordChangedAlone}
          </Notice>
        )}
        <div class="row">
          <Button type="submit" kind="primary" busy={changing.busy || wait > 0}>
            {words.change}
            {wait > 0 && <span class="numbers">{texts.signIn.inSeconds(wait)}</span>}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function SignIns({ signIns, reload }: { signIns: SignIn[]; reload: () => void }) {
  const [ended, setEnded] = useState("");
  const [asking, setAsking] = useState(false);
  const others = signIns.filter(({ current }) => !current);
  const ending = useAction(async (one: SignIn) => {
    await end(one);
    reload();
    return words.endedOne(nameOf(one));
  });
  const endingAll = useAction(async () => {
    // as they are now, and not when the page was opened
    let count = 0;
    for (const one of await listSignIns()) if (!one.current && (await end(one))) count += 1;
    leave(count);
  });
  const error = ending.error ?? endingAll.error;
  return (
    <>
      <ul class="lines">
        {signIns.map((one) => (
          <li key={one.id} class="row spread">
            <div>
              <div class="row">
                <strong>{nameOf(one)}</strong>
                {one.current && <Chip tone="good">{words.thisOne}</Chip>}
              </div>
              <p class="faint numbers">
                {words.begun} {dayAndTime(one.startTime)} · {words.used} {dayAndTime(one.lastUseTime)} · {words.expires}{" "}
                {dayAndTime(one.expireTime)}
              </p>
            </div>
            {!one.current && (
              <Button
                small
                aria-label={words.endNamed(nameOf(one), dayAndTime(one.startTime))}
                busy={ending.busy}
                onClick={async () => {
                  setEnded("");
                  setEnded((await ending.run(one)) ?? "");
                }}
              >
                {words.end}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {error !== undefined && <Failure error={error} />}
      {ended && <Notice tone="good">{ended}</Notice>}
      <div class="row">
        <Button kind="danger" onClick={() => setAsking(true)}>
          {words.everywhere}
        </Button>
      </div>
      {asking && (
        <Dialog title={words.everywhereTitle} onClose={() => setAsking(false)}>
          <p>
            {words.everywhereWhy(
              others.length === 0
                ? words.noOthers
                : words.andThen(counted(others.length, words.otherSignIns.one, words.otherSignIns.other)),
            )}
          </p>
          <div class="row">
            <Button
              kind="danger"
              busy={endingAll.busy}
              onClick={async () => {
                await endingAll.run();
                reload();
                setAsking(false);
              }}
            >
              {words.everywhereConfirm}
            </Button>
            <Button onClick={() => setAsking(false)}>{texts.common.cancel}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Colours() {
  const name = useId();
  const choices: Array<[Theme, string]> = [
    ["system", texts.common.theme.system],
    ["light", texts.common.theme.light],
    ["dark", texts.common.theme.dark],
  ];
  return (
    <Section title={words.colours}>
      <fieldset class="row">
        <legend class="faint">{words.coloursHint}</legend>
        {choices.map(([value, text]) => (
          <label key={value} class="check">
            <input
              type="radio"
              name={name}
              checked={theme.value === value}
              onChange={() => {
                theme.value = value;
              }}
            />
            {text}
          </label>
        ))}
      </fieldset>
    </Section>
  );
}

async function listSignIns(signal?: AbortSignal): Promise<SignIn[]> {
  const found: SignIn[] = [];
  let pageToken = "";
  do {
    const page = await auth.listSignIns({ pageSize: 200, pageToken }, signal ? { signal } : {});
    found.push(...page.signIns);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return found;
}

/** End a sign-in; false where it had ended already. */
async function end(one: SignIn): Promise<boolean> {
  try {
    await auth.revokeSignIn({ signInId: one.id });
    return true;
  } catch (error) {
    if (reasonOf(error) !== "SIGN_IN_NOT_FOUND") throw error;
    return false;
  }
}

const nameOf = (one: SignIn): string => one.deviceName || words.unnamed;
