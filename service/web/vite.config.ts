import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { worker } from "./build-worker";

export default defineConfig({
  plugins: [svelte({ configFile: false }), worker()],
  build: {
    target: "es2022",
    // The server's content policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // OFL and MIT ask for their notices beside the copies that we ship.
    license: { fileName: "licenses.md" },
    rollupOptions: {
      input: { index: "index.html", sw: "src/worker.ts" },
      output: {
        // A worker keeps its address; everything else is named by its content.
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: {
    proxy: { "/v1": "http://127.0.0.1:8000" },
  },
});
