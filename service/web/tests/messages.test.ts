import { describe, expect, it } from "vitest";
import { en } from "../src/messages/en";
import { id } from "../src/messages/id";

type Sentence = string | ((...values: never[]) => string);
interface Catalogue {
  [key: string]: Sentence | Catalogue | readonly string[];
}

/** Every sentence under its dotted key, functions called with their own parameters' names. */
function sentences(catalogue: Catalogue, prefix = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(catalogue)) {
    const name = prefix + key;
    if (typeof value === "string") all.set(name, value);
    else if (typeof value === "function") all.set(name, value(...(["«1»", "«2»"] as never[])));
    else for (const [inner, text] of sentences({ ...value } as Catalogue, `${name}.`)) all.set(inner, text);
  }
  return all;
}

const indonesian = sentences(id as Catalogue);
const english = sentences(en as Catalogue);

describe("the message catalogues", () => {
  it("say the same things", () => {
    expect([...english.keys()].sort()).toEqual([...indonesian.keys()].sort());
  });

  it.each([...indonesian.keys()])("say %s in both languages with the same values", (key) => {
    const texts = [indonesian.get(key) ?? "", english.get(key) ?? ""];
    for (const text of texts) expect(text.trim()).not.toBe("");
    const [values, otherValues] = texts.map((text) => (text.match(/«\d»/g) ?? []).sort());
    expect(otherValues).toEqual(values);
  });

  it("hold no sentence that the page never says", () => {
    const files = import.meta.glob<string>(["../src/**/*.{svelte,ts}", "!../src/messages/**"], {
      query: "?raw",
      import: "default",
      eager: true,
    });
    const source = Object.values(files).join("\n");
    expect(source).toContain("text.appName");
    const verdicts = ["pass", "fail", "check", "retake"]; // looked up as text[verdict]
    const unused = [...Object.keys(id), ...Object.keys(id.review), ...Object.keys(id.verify), ...Object.keys(id.camera), ...Object.keys(id.insight), ...Object.keys(id.readings), ...Object.keys(id.place)]
      .filter((key) => !verdicts.includes(key))
      .filter((key) => !new RegExp(`text\\.((review|verify|camera|place|readings|insight)\\.)?${key}\\b`).test(source));
    expect(unused).toEqual([]);
  });
});
