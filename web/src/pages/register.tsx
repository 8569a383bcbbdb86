import { useRef, useState } from "preact/hooks";
import { publicAuth } from "../api/transport";
import { Role } from "../contract/absense/v1/role_pb";
import { type User, UserState } from "../contract/absense/v1/user_pb";
import { Button, ButtonLink, Failure, Field, Heading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { faultsOf, useFocusOnFault, useWait } from "../parts/form";
import { PasswordField } from "../parts/password";
import { passwordHint, useServerInfo } from "../parts/server-info";
import { texts } from "../texts";
import { isInDomains, isNumber } from "./register/rules";

/** Where lecturers ask for an account. */
export function RegisterPage() {
  const [fullName, setFullName] = useState("");
  const [email, setEmail] = useState("");
  const [number, setNumber] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState(new Map<string, string>());
  const [made, setMade] = useState<User>();
  const info = useServerInfo();
  const rule = info?.registrationRules.find(({ role }) => role === Role.LECTURER);
  const registering = useAction(async () => {
    const given = { fullName: fullName.trim(), email: email.trim(), institutionNumber: number.trim() };
    return (await publicAuth.register({ ...given, password, role: Role.LECTURER })).user;
  });
  const form = useRef<HTMLFormElement>(null);
  const { error } = registering;
  const faults = wrong.size ? wrong : faultsOf(error, { EMAIL_TAKEN: "email" });
  const wait = useWait(error);
  useFocusOnFault(form, wrong.size ? wrong : error);
  const words = texts.signIn.registering;
  const domains = rule?.emailDomains.join(words.or);
  if (made) return <Made user={made} />;

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const found = new Map<string, string>();
    if (rule && domains && !isInDomains(email, rule.emailDomains)) found.set("email", words.emailElsewhere(domains));
    if (rule && !isNumber(number.trim(), rule.numberPattern)) found.set("institution_number", words.numberWrong);
    setWrong(found);
    if (found.size === 0) setMade(await registering.run());
  }
  return (
    <form ref={form} class="stack sheet" onSubmit={submit}>
      <Heading title={words.title} />
      <p class="faint">{words.why}</p>
      <Field label={words.fullName} hint={words.fullNameHint} error={faults.get("full_name")}>
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
      <Field label={words.email} hint={domains && words.emailHint(domains)} error={faults.get("email")}>
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
      <Field
        label={rule?.numberPattern ? words.number : words.numberOptional}
        hint={words.numberHint}
        error={faults.get("institution_number")}
      >
        {(ids) => (
          <input
            {...ids}
            class="input"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required={Boolean(rule?.numberPattern)}
            maxlength={64}
            value={number}
            onInput={(event) => setNumber(event.currentTarget.value)}
          />
        )}
      </Field>
      <PasswordField
        label={words.password}
        kind="new-password"
        value={password}
        onInput={setPassword}
        hint={passwordHint(info)}
        error={faults.get("password")}
      />
      {error !== undefined && faults.size === 0 && <Failure error={error} />}
      <Button type="submit" kind="primary" busy={registering.busy || wait > 0}>
        {words.submit}
        {wait > 0 && <span class="numbers">{texts.signIn.inSeconds(wait)}</span>}
      </Button>
      <a href="/">{texts.signIn.toSignIn}</a>
    </form>
  );
}

function Made({ user }: { user: User }) {
  const words = texts.signIn.registering;
  const said =
    user.state === UserState.PENDING_EMAIL
      ? words.confirmFirst(user.email)
      : user.state === UserState.PENDING_APPROVAL
        ? texts.signIn.approval
        : words.active;
  return (
    <div class="stack sheet">
      <Heading title={words.doneTitle} />
      <Notice tone="good">{said}</Notice>
      <ButtonLink href="/">{texts.signIn.toSignIn}</ButtonLink>
    </div>
  );
}
