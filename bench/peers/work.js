// The work every SDK is measured at. Each adapter says how its SDK starts a span, gives it attributes and ends it;
// what is done with that is the same for all.
//
// An adapter has `start(name, parent, isClient)`, `set(span, attributes)`, `end(span)`, and `within(span, work)`, which
// runs the work with the span as the current one. Where the SDK keeps a limited number of traces at a time, `together`
// is how many spans are put below one root.

/** Five, as a request of an application has them. */
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

/** Offers an SDK to the bench. Without an adapter, only its start is measured. */
export function offer(name, init, adapter) {
  globalThis.sdk = { name, init, ...(adapter && work(adapter)) };
}

/** The adapter of everything that implements the OpenTelemetry API, of which each SDK brings its own copy. */
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

/** The share of traces to keep, by the page's address. */
export const ratio = Number(new URLSearchParams(location.search).get("ratio") ?? 1);
