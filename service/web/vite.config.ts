import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  build: {
    target: "es2022",
    // The server's content policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // OFL and MIT ask for their notices beside the copies that we ship.
    license: { fileName: "licenses.md" },
  },
  server: {
    proxy: { "/v1": "http://127.0.0.1:8000" },
  },
});
