import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AdminService } from "../contract/absense/v1/admin_service_pb";
import { AuthService } from "../contract/absense/v1/auth_service_pb";
import { LecturerService } from "../contract/absense/v1/lecturer_service_pb";
import { isPassing, reasonOf, waitOf } from "./errors";
import { sleep } from "./sleep";

const DEADLINE_MS = 15_000;
const TRIES = 3;

/** Who gives out access tokens; the sign-in puts itself here, which needs the clients below itself. */
export const tokens = {
  /** The access token, renewed if it is about to end; "" when nobody is signed in. */
  current: async (): Promise<string> => "",
  /** After the server turned `token` down: another one, or "" when the sign-in is over. Raises what may pass. */
  renewed: async (_token: string): Promise<string> => "",
};

/** Says in the contract's terms that the server was not reached; a browser says TypeError. */
const reached: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (!(error instanceof TypeError) || request.signal.aborted) throw error;
    throw new ConnectError(error.message, Code.Unavailable, undefined, undefined, error);
  }
};

/** Calls again what only reads, while the server cannot be reached or is busy. */
const again: Interceptor = (next) => async (request) => {
  const mayRepeat = !request.stream && request.method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
  for (let tries = 1; ; tries++) {
    try {
      return await next(request);
    } catch (error) {
      if (!mayRepeat || tries === TRIES || !isPassing(error) || request.signal.aborted) throw error;
      await sleep(Math.max(waitOf(error), 250 * 2 ** tries) * (0.75 + Math.random() / 2), request.signal);
    }
  }
};

/** Brings the access token along, and once more with a new one where the server turned it down. */
const signedIn: Interceptor = (next) => async (request) => {
  const token = await tokens.current();
  if (!token) return next(request);
  request.header.set("authorization", `Bearer ${token}`);
  try {
    return await next(request);
  } catch (error) {
    const over = ["TOKEN_EXPIRED", "TOKEN_INVALID", "SIGN_IN_ENDED"];
    if (!(error instanceof ConnectError) || error.code !== Code.Unauthenticated) throw error;
    if (!over.includes(reasonOf(error))) throw error;
    const other = await tokens.renewed(token);
    if (!other) throw error;
    request.header.set("authorization", `Bearer ${other}`);
    return next(request);
  }
};

const base = { baseUrl: location.origin, useBinaryFormat: true };

/** Calls of whoever is signed in. */
const transport = createGrpcWebTransport({
  ...base,
  defaultTimeoutMs: DEADLINE_MS,
  interceptors: [again, signedIn, reached],
});

/** Calls of nobody in particular: signing in, and exchanging tokens. */
const open = createGrpcWebTransport({ ...base, defaultTimeoutMs: DEADLINE_MS, interceptors: [again, reached] });

/** What anyone may call. */
export const publicAuth = createClient(AuthService, open);
export const auth = createClient(AuthService, transport);
export const lecturer = createClient(LecturerService, transport);
export const admin = createClient(AdminService, transport);

/** For streams: they stay for as long as the lecture, and so have no deadline. */
export const NO_DEADLINE = { timeoutMs: 0 };
