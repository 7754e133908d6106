/** The language of the page: what a person chose on this tablet, Indonesian until then. */

import { en } from "./messages/en";
import { id, type Messages } from "./messages/id";

export const catalogues = { id, en } satisfies Record<string, Messages>;
export type Language = keyof typeof catalogues;
export const languages: readonly { code: Language; name: string }[] = [
  { code: "id", name: "Indonesia" },
  { code: "en", name: "English" },
];

const STORED_AS = "teliti.language";

function remembered(): Language {
  const stored = localStorage.getItem(STORED_AS);
  return stored !== null && stored in catalogues ? (stored as Language) : "id";
}

class CurrentLanguage {
  code = $state<Language>(remembered());
  /** Every sentence of the page in the current language. */
  text = $derived<Messages>(catalogues[this.code]);

  choose(code: Language): void {
    this.code = code;
    localStorage.setItem(STORED_AS, code);
  }

  /** Pick a text that the server wrote in several languages. */
  of(text: Readonly<Record<string, string>>): string {
    return text[this.code] ?? text["en"] ?? Object.values(text)[0] ?? "";
  }
}

export const language = new CurrentLanguage();
