// The work every SDK is measured at. Each adapter says how its SDK starts a span, gives it attributes and ends it;
// what is done with that is the same for all.
//
// An adapter has `start(name, parent, isClient)`, `set(span, attributes)`, `end(span)`, and `within(span, work)`, which
// runs the work with the span as the current one.

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

export function work({ start, set, end, within }) {
  const one = (name, parent, number) => {
    const span = start(name, parent);
    set(span, attributes(number));
    return span;
  };
  const children = (parent, count) => {
    for (let number = 0; number < count; number++) end(one("m.child", parent, number));
  };
  const loop = (count) => {
    const began = performance.now();
    for (let number = 0; number < count; number++) end(one("m.run", undefined, number));
    return performance.now() - began;
  };
  return {
    spans(name, count) {
      const root = one(name, undefined, 0);
      children(root, count);
      end(root);
      return count + 1;
    },
    open_root(name) {
      children(one(name, undefined, 0), 1);
      return 2;
    },
    run: loop,
    run_unsampled: loop,
    async request(name, url) {
      const root = one(name, undefined, 0);
      await within(root, () => fetch(url));
      end(root);
      return 2;
    },
    record(spans) {
      const started = [];
      for (const [name, parent, kind, attributes] of spans) {
        const span = start(name, started[parent], kind === "client");
        set(span, attributes);
        started.push(span);
      }
      started.reverse().forEach(end);
      return started.length;
    },
  };
}

/** The share of traces to keep, by the page's address. */
export const ratio = Number(new URLSearchParams(location.search).get("ratio") ?? 1);
