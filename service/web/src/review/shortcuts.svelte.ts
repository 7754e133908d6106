/** Whether single letters are commands: a person may switch that off (WCAG 2.1.4). */

const STORED_AS = "teliti.shortcuts";

class Shortcuts {
  on = $state(localStorage.getItem(STORED_AS) !== "off");

  toggle(): void {
    this.on = !this.on;
    localStorage.setItem(STORED_AS, this.on ? "on" : "off");
  }
}

export const shortcuts = new Shortcuts();

/** The key that a person pressed as a command; undefined while they type, or with a modifier. */
export function commandOf(event: KeyboardEvent): string | undefined {
  const target = event.target as HTMLElement;
  const typing = target.matches("input, select, textarea, [contenteditable]");
  if (!shortcuts.on || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
    return undefined;
  }
  return event.key;
}
