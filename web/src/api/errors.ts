import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../contract/google/rpc/error_details_pb";
import { texts } from "../texts";

/** The stable reason of a failure (absense.v1.ErrorReason without its prefix), or "" where the server gave none. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ConnectError)) return "";
  return error.findDetails(ErrorInfoSchema).find((info) => info.domain === "absense")?.reason ?? "";
}

/** What the server says beside the reason, such as `user_state`; "" where it does not. */
export function factOf(error: unknown, key: string): string {
  if (!(error instanceof ConnectError)) return "";
  return error.findDetails(ErrorInfoSchema).find((info) => info.domain === "absense")?.metadata[key] ?? "";
}

/** Whether the same call may succeed in a moment: the server was not reached, or asked to come again. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ConnectError &&
    [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted, Code.Aborted].includes(error.code)
  );
}

/** Whether the server could not be reached at all. */
export function isLost(error: unknown): boolean {
  return error instanceof ConnectError && [Code.Unavailable, Code.DeadlineExceeded].includes(error.code);
}

/** How long the server asks to wait, milliseconds; 0 where it does not say. */
export function waitOf(error: unknown): number {
  if (!(error instanceof ConnectError)) return 0;
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay ? Number(delay.seconds) * 1000 + delay.nanos / 1e6 : 0;
}

/** What to tell the person: the server's sentence, which is written for people. */
export function sentence(error: unknown): string {
  if (!(error instanceof ConnectError)) return texts.common.unexpected;
  if (error.code === Code.Unavailable && !reasonOf(error)) return texts.common.unreachable;
  if (error.code === Code.DeadlineExceeded) return texts.common.tooSlow;
  return error.rawMessage || texts.common.unexpected;
}

/** What is wrong with which field of a request, by the contract's name of the field. */
export function violations(error: unknown): Map<string, string> {
  if (!(error instanceof ConnectError)) return new Map();
  return new Map(
    error
      .findDetails(BadRequestSchema)
      .flatMap((bad) => bad.fieldViolations.map((one) => [one.field, one.description])),
  );
}
