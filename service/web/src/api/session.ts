/** Signing in and out. Every function throws `Failure`. */

import { answerOf, api } from "./answer";

export type Session = Awaited<ReturnType<typeof fetchSession>>;
export type SignInChoice = Awaited<ReturnType<typeof fetchChoices>>[number];

export type Role = NonNullable<Session["person"]>["role"];

/** Whether somebody of one of these roles is signed in. */
export function isOne(state: Session | undefined, ...roles: Role[]): boolean {
  return state?.person ? roles.includes(state.person.role) : false;
}

export function fetchSession() {
  return answerOf(() => api.GET("/v1/session"));
}

/** Who may sign in on this tablet, by name. */
export async function fetchChoices() {
  return (await answerOf(() => api.GET("/v1/session/choices"))).items;
}

export function signInByPin(person: string, pin: string) {
  return answerOf(() => api.POST("/v1/session/pin", { body: { person, pin } }));
}

export function signInByBadge(badge: string) {
  return answerOf(() => api.POST("/v1/session/badge", { body: { badge } }));
}

export function signInByPassword(name: string, password: string) {
  return answerOf(() => api.POST("/v1/session/password", { body: { name, password } }));
}

/** Choose a password with a one-time code; `name` is asked for at the first use only. */
export function redeemCode(code: string, password: string, name: string | null) {
  return answerOf(() => api.POST("/v1/session/code", { body: { code, password, name } }));
}

export function enrolTablet(code: string) {
  return answerOf(() => api.POST("/v1/tablets", { body: { code } }));
}

export function signOut() {
  return answerOf(() => api.DELETE("/v1/session"));
}
