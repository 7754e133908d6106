import { expect, test } from "vitest";
import { Failure, failureOf } from "../src/api/failure";
import { patiently } from "../src/api/patience";

const problem = { code: "busy", detail: "no room", fix: "Wait." };

function server(...answers: (Failure | string)[]) {
  const pauses: number[] = [];
  return {
    pauses,
    send: () => {
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      return answer instanceof Failure ? Promise.reject(answer) : Promise.resolve(answer);
    },
    pause: (ms: number) => Promise.resolve(void pauses.push(ms)),
  };
}

test("what had no room is sent again when the server said", async () => {
  const busy = server(failureOf(429, problem, "2"), failureOf(429, problem, "5"), "kept");
  expect(await patiently(busy.send, busy.pause)).toBe("kept");
  expect(busy.pauses).toEqual([2000, 5000]);
});

test("a refusal is not sent again", async () => {
  const refusing = server(failureOf(422, problem), "never");
  await expect(patiently(refusing.send, refusing.pause)).rejects.toThrow("no room");
  expect(refusing.pauses).toEqual([]);
});

test("patience ends", async () => {
  const full = server(failureOf(429, problem, "1"));
  await expect(patiently(full.send, full.pause)).rejects.toThrow("no room");
  expect(full.pauses).toHaveLength(29);
});
