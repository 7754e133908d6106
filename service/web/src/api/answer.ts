/** The server's interface, typed by its OpenAPI description, and how its answers are read. */

import createClient from "openapi-fetch";
import { Failure, failureOf } from "./failure";
import { reach } from "../reach.svelte";
import type { paths } from "./schema";
import { healed } from "./waiting";

export const api = createClient<paths>({ baseUrl: location.origin });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Send a request and read its answer.
 *
 * @throws {Failure}
 */
export async function answerOf<T>(send: () => Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await send();
    reach.lost = false;
  } catch {
    reach.lost = true;
    throw new Failure("unreachable");
  }
  const { data, error, response } = answer;
  if (!response.ok) {
    throw failureOf(response.status, error, response.headers.get("retry-after"));
  }
  return data as T; // undefined where the answer has no content, as its type says
}

/**
 * Send a request of somebody who is signed in.
 *
 * Where the session has ended meanwhile the request waits until somebody has signed in, and is
 * sent again. Photos have a way of their own (`outbox/sender.ts`).
 *
 * @throws {Failure}
 */
export async function dataOf<T>(send: () => Promise<Answer<T>>): Promise<T> {
  for (;;) {
    try {
      return await answerOf(send);
    } catch (failure) {
      if (!(failure instanceof Failure) || !(await healed(failure))) throw failure;
    }
  }
}
