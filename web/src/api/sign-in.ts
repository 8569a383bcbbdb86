import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { signal } from "@preact/signals";
import type { User } from "../contract/absense/v1/user_pb";
import { isPassing, reasonOf, waitOf } from "./errors";
import { sleep } from "./sleep";
import { auth, publicAuth, tokens } from "./transport";

/**
 * Who is signed in. The access token is in this page's memory alone; the refresh token is a cookie that no script can
 * read, sent to AuthService only (docs/SECURITY.md). The tabs of a browser share the cookie: they take turns at
 * exchanging it, because its second use would end the sign-in.
 */
export type SignIn = { state: "unknown" } | { state: "out"; ended: boolean } | { state: "in"; user: User };

export const signIn = signal<SignIn>({ state: "unknown" });

/** Renewed this long before it ends, so that a call never leaves with a token that ends under way. */
const EARLY_MS = 30_000;
/** Written down before an exchange begins, so that one whose answer was lost is asked for again by the same id. */
const PENDING = "absense.refresh";
const TAKING_TURNS = "absense.refresh";

let access = { token: "", usableUntil: 0 };
let renewing: Promise<string> | undefined;

type Word = { word: "out" } | { word: "in"; userId: string };
const tabs = new BroadcastChannel("absense.sign-in");
tabs.onmessage = ({ data }: MessageEvent<Word>) => {
  const now = signIn.value;
  if (data.word === "out") forget(true);
  else if (now.state === "in" ? now.user.id !== data.userId : now.state === "out") location.reload();
};

tokens.current = async () => {
  if (signIn.value.state !== "in") return "";
  return performance.now() < access.usableUntil ? access.token : renew().catch(() => access.token);
};
tokens.renewed = async (token) => {
  if (access.token && access.token !== token) return access.token;
  return renew().catch(() => "");
};

/** Sign in with a password. Raises ConnectError. */
export async function enter(login: string, password: string): Promise<void> {
  const answer = await publicAuth.login({ login, password, deviceName: deviceName(), refreshTokenInCookie: true });
  keep(answer);
  if (!answer.user) throw new ConnectError("no user");
  signIn.value = { state: "in", user: answer.user };
  tabs.postMessage({ word: "in", userId: answer.user.id } satisfies Word);
}

/** Give the password again, for calls that want a recent one. Raises ConnectError. */
export async function confirmPassword(password: string): Promise<void> {
  keep(await auth.reauthenticate({ password }));
}

/** Take up the sign-in that this browser has, if it has one; waits for a server that cannot be reached. */
export async function resume(onWaiting: (error: unknown) => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await renew();
      const { user } = await auth.getCurrentUser({});
      if (user) signIn.value = { state: "in", user };
      return;
    } catch (error) {
      if (!isPassing(error)) return forget(false);
      onWaiting(error);
      await sleep(Math.max(waitOf(error), Math.min(10_000, 500 * 2 ** tries)));
    }
  }
}

/** End the sign-in, here and in the other tabs. It is over here even if the server cannot be told. */
export async function leave(): Promise<void> {
  try {
    await auth.logout({}, { timeoutMs: 5_000 });
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
  } finally {
    tabs.postMessage({ word: "out" } satisfies Word);
    forget(false);
  }
}

/** Show an account that was changed. */
export function changed(user: User): void {
  signIn.value = { state: "in", user };
}

/** A new access token, of one exchange at a time in all tabs; raises ConnectError, and then signs out unless that passes. */
function renew(): Promise<string> {
  renewing ??= takingTurns(exchange).finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function exchange(): Promise<string> {
  const requestId = localStorage.getItem(PENDING) ?? crypto.randomUUID();
  localStorage.setItem(PENDING, requestId);
  try {
    const answer = await publicAuth.refreshToken({ requestId });
    localStorage.removeItem(PENDING);
    keep(answer);
    return access.token;
  } catch (error) {
    if (!isPassing(error)) {
      localStorage.removeItem(PENDING);
      if (["REFRESH_TOKEN_INVALID", "REFRESH_TOKEN_REUSED"].includes(reasonOf(error))) forget(true);
    }
    throw error;
  }
}

function takingTurns<T>(act: () => Promise<T>): Promise<T> {
  // browsers have locks only where the connection is secure; elsewhere they drop the cookie as well
  return navigator.locks ? navigator.locks.request(TAKING_TURNS, act) : act();
}

function keep(answer: { accessToken: string; accessTokenExpireTime?: Timestamp | undefined }): void {
  // by how long it is good, not by a wall clock, which may be wrong in a lecture hall
  const life = answer.accessTokenExpireTime ? lifeOf(answer.accessToken, timestampMs(answer.accessTokenExpireTime)) : 0;
  access = { token: answer.accessToken, usableUntil: performance.now() + Math.max(life - EARLY_MS, life / 2) };
}

/** How long the token is good from when it was issued, milliseconds. */
function lifeOf(token: string, expires: number): number {
  const body = token.split(".")[1] ?? "";
  const claims: unknown = JSON.parse(atob(body.replace(/-/g, "+").replace(/_/g, "/")));
  const issued =
    typeof claims === "object" && claims !== null && "iat" in claims ? Number(claims.iat) * 1000 : Date.now();
  return Math.max(0, expires - issued);
}

function forget(ended: boolean): void {
  access = { token: "", usableUntil: 0 };
  if (signIn.value.state !== "out") signIn.value = { state: "out", ended: ended && signIn.value.state === "in" };
}

/** For the list of sign-ins; only to be told apart by the user. */
function deviceName(): string {
  const agent = navigator.userAgent;
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /Firefox\//.test(agent)
      ? "Firefox"
      : /Chrome\//.test(agent)
        ? "Chrome"
        : "Safari";
  const system = /Windows/.test(agent)
    ? "Windows"
    : /Android/.test(agent)
      ? "Android"
      : /iPhone|iPad/.test(agent)
        ? "iOS"
        : /Mac OS/.test(agent)
          ? "macOS"
          : "Linux";
  return `${browser}, ${system}`;
}
