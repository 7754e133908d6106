/** What a request does that finds nobody signed in: it waits, and is sent again. */

import type { Failure } from "./failure";

/** Codes of the server's refusals that signing in heals. */
const SIGNED_OUT = new Set(["sign-in-required", "session-expired", "tablet-revoked"]);

let comeBack: (() => Promise<void>) | undefined;

/** Say how to wait for somebody to sign in. */
export function whenSignedOut(wait: () => Promise<void>): void {
  comeBack = wait;
}

/** Whether the same request is answered once somebody has signed in. */
export function asksForSignIn(failure: Failure): boolean {
  return SIGNED_OUT.has(failure.problem?.code ?? "");
}

/** Wait for somebody to sign in, if that is what `failure` asks for. */
export async function healed(failure: Failure): Promise<boolean> {
  if (!comeBack || !asksForSignIn(failure)) return false;
  await comeBack();
  return true;
}
