import { useEffect } from "preact/hooks";
import { leave, resume, signIn, waiting } from "./api/sign-in";
import { Role } from "./contract/absense/v1/role_pb";
import { SignInPage } from "./pages/sign-in";
import { Button, Failure, Heading, Loading, Notice } from "./parts";
import { PasswordAgain } from "./parts/action";
import { follow, path } from "./router";
import { type Area, find } from "./routes";
import { texts } from "./texts";
import "./theme";

/** The whole page: head, navigation, and the page that the address names. */
export function App() {
  useEffect(() => {
    addEventListener("click", follow);
    void resume();
    return () => removeEventListener("click", follow);
  }, []);

  const found = find(path.value);
  const now = signIn.value;
  // what goes over the whole screen has no head; what links in mails lead to needs no sign-in
  if (found?.area === "open") return <Framed narrow>{found.page}</Framed>;
  if (now.state === "unknown")
    return <Framed narrow>{waiting.value === undefined ? <Loading /> : <Failure error={waiting.value} />}</Framed>;
  if (now.state === "out") {
    return (
      <Framed narrow>
        <SignInPage ended={now.why === "ended"} />
      </Framed>
    );
  }
  const areas = areasOf(now.user.role);
  if (areas.length === 1) {
    return (
      <Framed>
        <Notice tone="warn">{texts.common.notForStudents}</Notice>
      </Framed>
    );
  }
  if (!found || !areas.includes(found.area)) {
    return (
      <Framed>
        <div class="stack">
          <Heading title={texts.common.notFound} />
          <a href="/">{texts.common.toStart}</a>
        </div>
      </Framed>
    );
  }
  return (
    <>
      {found.wholeScreen ? found.page : <Framed>{found.page}</Framed>}
      <PasswordAgain />
    </>
  );
}

function areasOf(role: Role): Area[] {
  if (role === Role.LECTURER) return ["own", "lecturer"];
  if (role === Role.ADMIN) return ["own", "admin"];
  return ["own"];
}

function Framed({ narrow = false, children }: { narrow?: boolean; children: preact.ComponentChildren }) {
  return (
    <>
      <a class="skip button" href="#main">
        {texts.common.skip}
      </a>
      <Head />
      <main id="main" class={narrow ? "narrow" : ""} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Head() {
  const now = signIn.value;
  const role = now.state === "in" ? now.user.role : Role.UNSPECIFIED;
  return (
    <header class="shell-head">
      <a class="mark" href="/">
        <img src="/icon.svg" alt="" width="28" height="28" />
        {texts.common.product}
      </a>
      {now.state === "in" && (
        <>
          <nav aria-label={texts.common.product}>
            {role === Role.LECTURER && <NavLink href="/" text={texts.common.nav.teaching} />}
            {role === Role.LECTURER && <NavLink href="/flagged" text={texts.common.nav.flagged} />}
            {role === Role.ADMIN && <NavLink href="/admin" text={texts.common.nav.admin} />}
            <NavLink href="/account" text={texts.common.nav.account} />
          </nav>
          <span class="faint">{now.user.fullName}</span>
          <Button small kind="plain" onClick={() => leave()}>
            {texts.common.signOut}
          </Button>
        </>
      )}
    </header>
  );
}

function NavLink({ href, text }: { href: string; text: string }) {
  const at = path.value;
  const here =
    href === "/" ? at === "/" || /^\/(courses|sessions)\//.test(at) : at === href || at.startsWith(`${href}/`);
  return (
    <a href={href} aria-current={here ? "page" : undefined}>
      {text}
    </a>
  );
}
