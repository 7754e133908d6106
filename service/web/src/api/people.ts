/** People and tablets, for those who manage them. Every function throws `Failure`. */

import { api, dataOf } from "./answer";
import type { Session } from "./session";

export type Person = Awaited<ReturnType<typeof fetchPeople>>[number];
export type Issued = Awaited<ReturnType<typeof addPerson>>;
export type Badge = Awaited<ReturnType<typeof issueBadge>>;
export type Tablet = Awaited<ReturnType<typeof fetchTablets>>[number];
export type Enrolment = Awaited<ReturnType<typeof inviteTablet>>;
export type Role = Person["role"];

/** Which roles a person of a role manages, as the server has it (`service/people/roles.py`). */
export const MANAGES: Readonly<Record<Role, readonly Role[]>> = {
  packer: [],
  lead: ["packer"],
  engineer: [],
  admin: ["packer", "lead", "engineer", "admin"],
};

export function managesPeople(state: Session | undefined): boolean {
  return state?.person ? MANAGES[state.person.role].length > 0 : false;
}

export function managesTablets(state: Session | undefined): boolean {
  return state?.person ? state.person.role !== "packer" : false;
}

/** All people by name, disabled ones included. */
export async function fetchPeople() {
  return (await dataOf(() => api.GET("/v1/people"))).items;
}

export function addPerson(name: string, role: Role) {
  return dataOf(() => api.POST("/v1/people", { body: { name, role } }));
}

export function changePerson(id: string, change: { role?: Role; disabled?: boolean }) {
  const path = { person_id: id };
  return dataOf(() => api.PATCH("/v1/people/{person_id}", { params: { path }, body: change }));
}

export function resetPerson(id: string) {
  const path = { person_id: id };
  return dataOf(() => api.POST("/v1/people/{person_id}/reset", { params: { path } }));
}

export function issueBadge(id: string) {
  const path = { person_id: id };
  return dataOf(() => api.POST("/v1/people/{person_id}/badge", { params: { path } }));
}

/** The tablets that are enrolled now, by name. */
export async function fetchTablets() {
  return (await dataOf(() => api.GET("/v1/tablets"))).items;
}

export function inviteTablet(name: string, station: string | null) {
  return dataOf(() => api.POST("/v1/tablets/enrolments", { body: { name, station } }));
}

export function revokeTablet(id: string) {
  const path = { tablet_id: id };
  return dataOf(() => api.DELETE("/v1/tablets/{tablet_id}", { params: { path } }));
}
