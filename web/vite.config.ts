// The pages are built into build/pages of the repository; kizashi serve reads them from there.
import { defineConfig } from 'vite';

const server = process.env['KIZASHI_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  build: {
    outDir: '../build/pages',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the server (default-src 'self') takes no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  // While developing: pages from here, answers from a server that runs (KIZASHI_URL).
  server: { host: '127.0.0.1', fs: { allow: ['..'] }, proxy: { '/api': { target: server, changeOrigin: true } } },
  // No time is tested: the limit is for a test that hangs.
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000 },
} as Parameters<typeof defineConfig>[0]);
