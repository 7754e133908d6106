/** Builds `src/worker.ts` as `/sw.js` and tells it which files the page consists of. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Plugin } from "vite";

const PLACEHOLDER = /(["'`])__SHELL__\1/;
/** Read by people, or asked for anew each time. */
const LEFT_OUT = ["licenses.md", "sw.js"];

export function worker(): Plugin {
  return {
    name: "teliti-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const script = bundle["sw.js"];
        if (script?.type !== "chunk") this.error("the build has no sw.js");
        const digest = createHash("sha256");
        const files = Object.keys(bundle).filter((name) => !LEFT_OUT.includes(name)).sort();
        for (const name of files) {
          const file = bundle[name]!;
          digest.update(name).update(file.type === "chunk" ? file.code : file.source);
        }
        for (const name of readdirSync("public").sort()) {
          files.push(name);
          digest.update(name).update(readFileSync(`public/${name}`));
        }
        const shell = {
          version: digest.digest("hex").slice(0, 16),
          files: files.map((name) => (name === "index.html" ? "/" : `/${name}`)),
        };
        if (!PLACEHOLDER.test(script.code)) this.error("sw.js has no place for the list of files");
        script.code = script.code.replace(PLACEHOLDER, () => JSON.stringify(shell));
      },
    },
  };
}
