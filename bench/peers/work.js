// The work that every SDK is measured with. An adapter defines how its SDK starts a span, sets attributes and ends it.
//
// An adapter has `start(name, parent, isClient)`, `set(span, attributes)`, `end(span)`, and `within(span, work)`, which
// runs the work with the span as the current one. For an SDK that limits the number of concurrent traces, `together` is
// the number of spans below one root.

/** Five attributes as those of an application's request. */
function attributes(number) {
  return {
    "http.request.method": "GET",
    "url.template": "/api/items/{id}",
    "app.item.number": number,
    "http.response.status_code": 200,
    "app.cached": number % 2 === 0,
  };
}

function work({ start, set, end, within, together = 0 }) {
  const one = (name, parent, number) => {
    const span = start(name, parent);
    set(span, attributes(number));
    return span;
  };
  const repeat = (name, count, parent) => {
    for (let number = 0; number < count; number++) end(one(name, parent, number));
  };
  const run = (count) => {
    const began = performance.now();
    for (let left = count; left > 0; left -= together || count) {
      const root = together ? start("m.root") : undefined;
      repeat("m.run", Math.min(left, together || count), root);
      if (root) end(root);
    }
    return performance.now() - began;
  };
  return {
    spans(name, count) {
      const root = one(name, undefined, 0);
      repeat("m.child", count, root);
      end(root);
      return count + 1;
    },
    open_root(name) {
      repeat("m.child", 1, one(name, undefined, 0));
      return 2;
    },
    run,
    run_unsampled: run,
    async request(name, url) {
      const root = one(name, undefined, 0);
      await within(root, () => fetch(url));
      end(root);
      return 2;
    },
    record(spans) {
      const root = together ? start("m.root") : undefined;
      const started = [];
      for (const [name, parent, kind, attributes] of spans) {
        const span = start(name, started[parent] ?? root, kind === "client");
        set(span, attributes);
        started.push(span);
      }
      started.reverse().forEach(end);
      if (root) end(root);
      return started.length;
    },
  };
}

/** Sets `globalThis.sdk` for the benchmark. Without an adapter, only the start is measured. */
export function offer(name, init, adapter) {
  globalThis.sdk = { name, init, ...(adapter && work(adapter)) };
}

/** The adapter of SDKs that implement the OpenTelemetry API. Each SDK has its own copy of the API. */
export function openTelemetry({ context, SpanKind, trace }) {
  return {
    start(name, parent, isClient) {
      const kind = isClient ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const below = parent ? trace.setSpan(context.active(), parent) : context.active();
      return trace.getTracer("bench").startSpan(name, { kind }, below);
    },
    set: (span, attributes) => span.setAttributes(attributes),
    end: (span) => span.end(),
    within: (span, work) => context.with(trace.setSpan(context.active(), span), work),
  };
}

/** The share of sampled traces, from the page's URL. */
export const ratio = Number(new URLSearchParams(location.search).get("ratio") ?? 1);
