/** What went wrong between the tablet and the server, ready to be shown to a person. */

import type { Messages } from "../messages/id";

/** The part of RFC 9457 problem details that this client reads. */
export interface Problem {
  code: string;
  detail: string;
  fix: string;
  /** Single faults of a file or a form. */
  errors?: readonly { location: string; message: string; fix: string }[];
}

/** `unreachable`: no answer came. `broken`: the server could not. `refused`: the request is at fault. */
export type FailureKind = "unreachable" | "broken" | "refused";

const TOO_MANY_REQUESTS = 429;

export class Failure extends Error {
  override name = "Failure";
  constructor(
    readonly kind: FailureKind,
    readonly problem?: Problem,
    /** When the server wants to be asked again, in seconds from its answer. */
    readonly retryAfterS?: number,
  ) {
    super(problem?.detail ?? kind);
  }

  /** Whether sending the very same thing again can help. */
  get retriable(): boolean {
    return this.kind !== "refused";
  }
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === "object" &&
    body !== null &&
    ["code", "detail", "fix"].every((key) => typeof Reflect.get(body, key) === "string")
  );
}

/** Turn an answer that is not a success into a failure. */
export function failureOf(status: number, body: unknown, retryAfter?: string | null): Failure {
  const kind = status >= 500 || status === TOO_MANY_REQUESTS ? "broken" : "refused";
  if (!isProblem(body)) return new Failure(kind);
  return retryAfter ? new Failure(kind, body, Number(retryAfter)) : new Failure(kind, body);
}

const PHOTO_AT_FAULT = new Set(["photo-unreadable", "photo-too-large", "upload-too-large", "photos-gone"]);

/** Whether only another photo helps. */
export function photoAtFault(failure: Failure): boolean {
  return PHOTO_AT_FAULT.has(failure.problem?.code ?? "");
}

export interface Explanation {
  /** What is wrong. */
  title: string;
  /** What to do. */
  fix: string;
  /** The server's own words, in English, for whoever is asked for help. */
  serverSaid?: string;
}

/**
 * Say in the reader's language what went wrong.
 *
 * The server writes problems in English; the kinds that a packer meets have sentences of their
 * own here, found by the problem's stable code.
 */
export function explain(failure: Failure, text: Messages): Explanation {
  if (failure.kind === "unreachable") return text.unreachable;
  const known: Record<string, Explanation> = text.problems;
  const { problem } = failure;
  const own = problem && known[problem.code];
  if (problem && !own) return { title: problem.detail, fix: problem.fix };
  const explanation = own ?? (failure.kind === "broken" ? text.broken : text.refused);
  return problem ? { ...explanation, serverSaid: problem.detail } : explanation;
}
