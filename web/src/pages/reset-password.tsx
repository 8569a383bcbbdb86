import { useRef, useState } from "preact/hooks";
import { reasonOf } from "../api/errors";
import { publicAuth } from "../api/transport";
import { type User, UserState } from "../contract/absense/v1/user_pb";
import { Button, ButtonLink, Failure, Heading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { faultsOf, useFocusOnFault, useWait } from "../parts/form";
import { TokenField, TokenInvalid, useMailToken } from "../parts/mail-token";
import { PasswordField } from "../parts/password";
import { passwordHint, useServerInfo } from "../parts/server-info";
import { texts } from "../texts";

/** Where the links of mails lead that let somebody choose a password. */
export function ResetPasswordPage() {
  const { token, brought, type } = useMailToken();
  const [password, setPassword] = useState("");
  const [done, setDone] = useState<User>();
  const info = useServerInfo();
  const setting = useAction(async () => (await publicAuth.resetPassword({ token, newPassword: password })).user);
  const form = useRef<HTMLFormElement>(null);
  const faults = faultsOf(setting.error);
  const wait = useWait(setting.error);
  useFocusOnFault(form, setting.error);
  const words = texts.signIn.reset;
  if (done) {
    return (
      <div class="stack sheet">
        <Heading title={words.doneTitle} />
        {done.state === UserState.PENDING_APPROVAL ? (
          <Notice>{texts.signIn.approval}</Notice>
        ) : (
          <Notice tone="good">{words.done}</Notice>
        )}
        <ButtonLink href="/" kind="primary">
          {texts.signIn.toSignIn}
        </ButtonLink>
      </div>
    );
  }
  return (
    <form
      ref={form}
      class="stack sheet"
      onSubmit={async (event) => {
        event.preventDefault();
        setDone(await setting.run());
      }}
    >
      <Heading title={words.title} />
      <p class="faint">{words.why}</p>
      {!brought && <TokenField token={token} onInput={type} />}
      <PasswordField
        label={words.password}
        kind="new-password"
        value={password}
        onInput={setPassword}
        hint={passwordHint(info)}
        error={faults.get("new_password")}
      />
      {reasonOf(setting.error) === "MAIL_TOKEN_INVALID" ? (
        <TokenInvalid />
      ) : (
        setting.error !== undefined && !faults.has("new_password") && <Failure error={setting.error} />
      )}
      <Button type="submit" kind="primary" busy={setting.busy || wait > 0}>
        {words.submit}
        {wait > 0 && <span class="numbers">{texts.signIn.inSeconds(wait)}</span>}
      </Button>
    </form>
  );
}
