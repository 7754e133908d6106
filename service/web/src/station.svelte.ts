/** Which station this tablet stands at: its mat and camera are known to the server by this id. */

const STORED_AS = "teliti.station";

class CurrentStation {
  id = $state<string | undefined>(localStorage.getItem(STORED_AS) ?? undefined);

  choose(id: string | undefined): void {
    this.id = id;
    if (id) localStorage.setItem(STORED_AS, id);
    else localStorage.removeItem(STORED_AS);
  }
}

export const station = new CurrentStation();
