/** The page that is shown now. */

import { parseRoute, type Route } from "./route";

class CurrentRoute {
  current = $state<Route>(parseRoute(location.hash));

  constructor() {
    addEventListener("hashchange", () => (this.current = parseRoute(location.hash)));
  }

  go(address: string): void {
    location.hash = address;
  }
}

export const route = new CurrentRoute();
