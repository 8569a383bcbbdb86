import { signal } from "@preact/signals";
import type { RefreshTokenResponse } from "../contract/absense/v1/auth_service_pb";
import type { User } from "../contract/absense/v1/user_pb";
import { isPassing, reasonOf, waitOf } from "./errors";
import { newId } from "./ids";
import { sleep } from "./sleep";
import { stored } from "./stored";
import { lifeOf } from "./token-life";
import { auth, publicAuth, tokens } from "./transport";

/**
 * Who is signed in. The access token is in this page's memory alone; the refresh token is a cookie that no script can
 * read, sent to AuthService only (docs/SECURITY.md). The tabs of a browser share the cookie: they take turns at all
 * that sets it, because its second use would end the sign-in.
 */
export type SignIn =
  | { state: "unknown" }
  | { state: "out"; why: "never" | "ended" | "left"; othersEnded?: number | undefined }
  | { state: "in"; user: User };

export const signIn = signal<SignIn>({ state: "unknown" });
/** Why it is not known yet who is signed in: what failed, and is tried again. */
export const waiting = signal<unknown>(undefined);
/** Whether somebody signed out here, and the server could not be told yet. */
export const untold = signal(false);

/** Renewed this long before it ends, so that a call never leaves with a token that ends under way. */
const EARLY_MS = 30_000;
/** Written down before an exchange begins, so that one whose answer was lost is asked for again by the same id. */
const PENDING = "absense.refresh";
/** Written down until the server knows of a sign-out: a page loaded meanwhile does not go on with the cookie. */
const LEAVING = "absense.leaving";
const TAKING_TURNS = "absense.refresh";
const LOGOUT_MS = 5_000;

const NONE = { token: "", usableUntil: 0 };
let access = NONE;
let renewing: Promise<string> | undefined;

type Word = { word: "out" } | { word: "in"; userId: string };
const tabs = new BroadcastChannel("absense.sign-in");
tabs.onmessage = ({ data }: MessageEvent<Word>) => {
  const now = signIn.value;
  if (data.word === "out") forget("ended");
  else if (now.state === "out") {
    signIn.value = { state: "unknown" };
    void resume();
  } else if (now.state === "in" && now.user.id !== data.userId) location.reload();
  // the same person, by another sign-in: the next call goes on with that
  else access = NONE;
};

tokens.current = async () => {
  if (signIn.value.state !== "in") return "";
  return performance.now() < access.usableUntil ? access.token : renew().catch(() => access.token);
};
tokens.renewed = async (token) => {
  if (access.token && access.token !== token) return access.token;
  return renew().catch((error) => {
    if (isPassing(error)) throw error;
    return "";
  });
};

/** Sign in with a password. Raises ConnectError. */
export async function enter(login: string, password: string): Promise<void> {
  await takingTurns(async () => {
    const answer = await publicAuth.login({ login, password, deviceName: deviceName(), refreshTokenInCookie: true });
    // the cookie is another now: nothing of the last one is pending
    stored.remove(PENDING);
    stored.remove(LEAVING);
    untold.value = false;
    keep(answer.accessToken);
    if (!answer.user) throw new Error("Login answered without a user");
    signIn.value = { state: "in", user: answer.user };
    say({ word: "in", userId: answer.user.id });
  });
}

/** Give the password again, for calls that want a recent one. Raises ConnectError. */
export async function confirmPassword(password: string): Promise<void> {
  keep((await auth.reauthenticate({ password })).accessToken);
}

/** Take up the sign-in that this browser has, if it has one; waits for a server that cannot be reached. */
export async function resume(): Promise<void> {
  if (stored.get(LEAVING)) {
    forget("left");
    return tell("");
  }
  for (let tries = 0; signIn.value.state === "unknown"; tries++) {
    try {
      await renew();
    } catch (error) {
      if (!mayPass(error)) forget("never");
      else {
        waiting.value = error;
        await pause(error, tries);
      }
    }
  }
  waiting.value = undefined;
}

/**
 * End the sign-in, here and in the other tabs, at once. The server is told as soon as it can be reached, also by a page
 * that is loaded later. `othersEnded`: so many elsewhere were ended before, for the person to read.
 */
export function leave(othersEnded?: number): void {
  stored.set(LEAVING, "yes");
  const token = performance.now() < access.usableUntil ? access.token : "";
  forget("left", othersEnded);
  say({ word: "out" });
  void tell(token);
}

/** Show an account that was changed. */
export function changed(user: User): void {
  const now = signIn.value;
  if (now.state === "in" && now.user.id === user.id) signIn.value = { state: "in", user };
}

/** A new access token, of one exchange at a time in all tabs. Raises ConnectError, and signs out where it is over. */
function renew(): Promise<string> {
  renewing ??= takingTurns(exchange)
    .then((answer) => answer.accessToken)
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

async function exchange(): Promise<RefreshTokenResponse> {
  const requestId = stored.get(PENDING) ?? newId();
  stored.set(PENDING, requestId);
  try {
    const answer = await publicAuth.refreshToken({ requestId });
    stored.remove(PENDING);
    take(answer);
    return answer;
  } catch (error) {
    // any other failure leaves the token as it was, or its answer was lost
    if (isOver(error)) {
      stored.remove(PENDING);
      forget("ended");
    }
    throw error;
  }
}

function take({ accessToken, user }: RefreshTokenResponse): void {
  const now = signIn.value;
  if (now.state === "out" || !user) return;
  // somebody else signed in, in a tab that this one did not hear
  if (now.state === "in" && now.user.id !== user.id) location.reload();
  else {
    keep(accessToken);
    signIn.value = { state: "in", user };
  }
}

async function tell(token: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await takingTurns(async () => {
        // another tab told it meanwhile, or somebody signed in, which replaced the cookie
        if (!stored.get(LEAVING)) return;
        await logOut(token);
        stored.remove(LEAVING);
      });
      untold.value = false;
      return;
    } catch (error) {
      untold.value = true;
      await pause(error, tries);
    }
  }
}

/** Raises ConnectError where the server could not be told. */
async function logOut(token: string): Promise<void> {
  const by = (bearer: string) =>
    publicAuth.logout({}, { timeoutMs: LOGOUT_MS, headers: { authorization: `Bearer ${bearer}` } });
  if (token) {
    try {
      await by(token);
      return;
    } catch (error) {
      if (mayPass(error)) throw error;
      if (reasonOf(error) === "SIGN_IN_ENDED") return;
    }
  }
  try {
    const { accessToken } = await exchange();
    await by(accessToken);
  } catch (error) {
    if (mayPass(error)) throw error;
  }
}

function takingTurns<T>(act: () => Promise<T>): Promise<T> {
  // browsers have locks only where the connection is secure; elsewhere they drop the cookie as well
  return navigator.locks ? navigator.locks.request(TAKING_TURNS, act) : act();
}

/** Wait longer each time, for as long as the server asks at least; at once when the network is back. */
async function pause(error: unknown, tries: number): Promise<void> {
  const online = new AbortController();
  const back = () => online.abort();
  addEventListener("online", back);
  await sleep(Math.max(waitOf(error), Math.min(10_000, 500 * 2 ** tries)) * (0.75 + Math.random() / 2), online.signal);
  removeEventListener("online", back);
}

const isOver = (error: unknown): boolean => ["REFRESH_TOKEN_INVALID", "REFRESH_TOKEN_REUSED"].includes(reasonOf(error));

/** Whether the server did not say no: it was not reached, is busy, or what came was no answer of its. */
const mayPass = (error: unknown): boolean => isPassing(error) || reasonOf(error) === "";

function keep(token: string): void {
  const life = lifeOf(token);
  access = { token, usableUntil: performance.now() + Math.max(life - EARLY_MS, life / 2) };
}

function forget(why: "never" | "ended" | "left", othersEnded?: number): void {
  access = NONE;
  const now = signIn.value.state;
  // an end is news only to somebody who was in
  if (now !== "out") signIn.value = { state: "out", why: why === "ended" && now !== "in" ? "never" : why, othersEnded };
}

function say(word: Word): void {
  tabs.postMessage(word);
}

/** For the list of sign-ins; only to be told apart by the user. */
function deviceName(): string {
  const agent = navigator.userAgent;
  const first = (names: Array<[RegExp, string]>, otherwise: string) =>
    names.find(([sign]) => sign.test(agent))?.[1] ?? otherwise;
  const browser = first(
    [
      [/Edg\//, "Edge"],
      [/Firefox\//, "Firefox"],
      [/Chrome\//, "Chrome"],
    ],
    "Safari",
  );
  const system = first(
    [
      [/Windows/, "Windows"],
      [/Android/, "Android"],
      [/iPhone|iPad/, "iOS"],
      [/Mac OS/, "macOS"],
      [/CrOS/, "ChromeOS"],
    ],
    "Linux",
  );
  return `${browser}, ${system}`;
}
