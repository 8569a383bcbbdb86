import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** Four files with fixed names, which envoy.yaml lists; what index.html names them by changes with what is in them. */
export default defineConfig({
  plugins: [versions()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../absense_proxy/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: false,
        entryFileNames: "page.js",
        assetFileNames: "page.[ext]",
      },
    },
  },
  // `npm run dev`, beside `make run`
  server: { proxy: { "^/absense\\.v1\\.": "http://127.0.0.1:8080" } },
});

function versions(): Plugin {
  const digest = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex").slice(0, 16);
  return {
    name: "versions",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const named = (name: string) => {
          const file = bundle?.[name];
          if (file) return digest(file.type === "chunk" ? file.code : file.source);
          return digest(readFileSync(new URL(`public/${name}`, import.meta.url)));
        };
        return html.replace(
          /(src|href)="\/([a-z]+\.[a-z]+)"/g,
          (_, kind, name) => `${kind}="/${name}?v=${named(name)}"`,
        );
      },
    },
  };
}
