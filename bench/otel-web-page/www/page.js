// The functions that the benchmarks call of every SDK. `?ratio=` sets the share of sampled traces.
import load, * as page from './otel-web-page.js';

const ratio = Number(new URLSearchParams(location.search).get('ratio') ?? 1);

await load();

globalThis.sdk = {
  name: 'otel-web',
  init: async ({ endpoint }) => page.install(endpoint, ratio),
  spans: page.spans,
  open_root: page.open_root,
  record: page.record,
  request: page.request,
  run: page.run,
  run_unsampled: page.run,
};
