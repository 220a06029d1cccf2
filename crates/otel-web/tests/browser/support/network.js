// Replaces the network of the page under test. Export requests are collected. The next one that carries a certain
// text, such as the name of a span, gets the response that the test has queued for it. Other requests get a response after `wait` milliseconds, a parameter of
// their URL, or with the parameter `held`, when the test releases them. Requests with the parameter `real` go to the
// server of these tests, so that the browser measures them.

const exports_ = [];
const responses = [];
const headers_ = new Map();
const requestTimes = [];
const held = [];
let keepaliveRequests = 0;
let lastEncoding;

export function listen() {
  recordXhrHeaders();
  const fetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    requestTimes.push([url.href, performance.now()]);
    if (request.keepalive && isKeepaliveExhausted) return failInNextTask();
    if (url.searchParams.has("real")) return fetch(request);
    if (url.pathname === "/otlp/v1/traces") return collect(request, init);
    headers_.set(url.href, request.headers);
    await new Promise((resolve, reject) => {
      if (url.searchParams.has("held")) held.push([url.href, resolve]);
      else setTimeout(resolve, Number(url.searchParams.get("wait") ?? 0));
      const abort = () => reject(request.signal.reason);
      request.signal.aborted ? abort() : request.signal.addEventListener("abort", abort);
    });
    const body = url.searchParams.has("echo") ? await request.arrayBuffer() : "{}";
    return new Response(body, { status: Number(url.searchParams.get("status") ?? 200) });
  };
}

/** Records the headers of `XMLHttpRequest`, and whether `send` sees that the request is traced. */
function recordXhrHeaders() {
  const { open, send, setRequestHeader } = XMLHttpRequest.prototype;
  const recorded = new WeakMap();
  Object.assign(XMLHttpRequest.prototype, {
    open(...parameters) {
      open.apply(this, parameters);
      recorded.set(this, new Headers());
      headers_.set(new URL(parameters[1], location.href).href, recorded.get(this));
    },
    setRequestHeader(name, value) {
      recorded.get(this)?.append(name, value);
      return setRequestHeader.call(this, name, value);
    },
    send(body) {
      if (this.otelWebUntraced) recorded.get(this).set("was-marked", "true");
      return send.call(this, body);
    },
  });
}

async function collect(request, init) {
  if (init.keepalive) keepaliveRequests += 1;
  lastEncoding = request.headers.get("content-encoding");
  const body = await decode(request);
  const response = takeResponse(body) ?? { status: 200 };
  if (response.isRedirect) return redirect(request);
  const isAccepted = response.status === 200 && !response.isNotOtlp;
  if (isAccepted) exports_.push(body);
  if (response.isCutOff) await pageHide();
  const headers = response.retryAfter ? { "retry-after": response.retryAfter } : {};
  if (response.contentType) headers["content-type"] = response.contentType;
  return new Response(response.body ?? null, { status: response.status, headers });
}

/** Takes the response of a request with this body. Other batches may be sent meanwhile, and do not take it. */
function takeResponse(body) {
  const index = responses.findIndex(({ text }) => contains(body, text));
  return index < 0 ? undefined : responses.splice(index, 1)[0];
}

function contains(body, text) {
  return new TextDecoder("latin1").decode(body).includes(text);
}

async function decode(request) {
  const isGzip = request.headers.get("content-encoding") === "gzip";
  const body = await request.arrayBuffer();
  return isGzip ? decompress(body) : new Uint8Array(body);
}

async function decompress(bytes) {
  // Goes through a response, since Firefox has no `Request.body`.
  const { body } = new Response(bytes);
  const plain = body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** Returns the keys of the stored batches that contain a text. Their bodies are compressed. */
export async function storedWith(prefix, text) {
  const found = [];
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(prefix))) {
    const value = localStorage.getItem(key) ?? "";
    const start = value.indexOf("\x1f\x8b\x08");
    const body = Uint8Array.from(value.slice(start), (character) => character.charCodeAt(0));
    if (start >= 0 && contains(await decompress(body), text)) found.push(key);
  }
  return found;
}

/** Rejects when the page is left. As in Chromium, the request fails for the page, but arrives. */
function pageHide() {
  const failure = new TypeError("Failed to fetch");
  return new Promise((_, reject) => addEventListener("pagehide", () => reject(failure), { once: true }));
}

let isKeepaliveExhausted = false;

/** Sets whether the page's own keepalive requests use up what browsers allow. */
export function exhaustKeepalive(isExhausted) {
  isKeepaliveExhausted = isExhausted;
}

/** Rejects in a task of its own, as Chromium does. */
function failInNextTask() {
  return new Promise((_, reject) => setTimeout(() => reject(new TypeError("Failed to fetch")), 1));
}

/** Responds like a browser to a redirect to a login page, depending on the redirect mode. */
function redirect(request) {
  if (request.redirect === "error") throw new TypeError("Failed to fetch");
  if (request.redirect === "manual")
    return { type: "opaqueredirect", status: 0, headers: new Headers(), arrayBuffer: async () => new ArrayBuffer() };
  return new Response("<h1>Sign in</h1>", { status: 200, headers: { "content-type": "text/html" } });
}

/** Redirects the next export request with this text. */
export function redirectNext(text) {
  responses.push({ text, isRedirect: true });
}

/** Responds to the next export request with this text with 200 and a body that is not OTLP. */
export function respondNextWithoutOtlp(text, contentType, body) {
  responses.push({ text, status: 200, isNotOtlp: true, contentType, body });
}

const warnings_ = [];

/** Returns the warnings on the console since the first call. */
export function warnings() {
  if (!console.warn.isRecorded) {
    const { warn } = console;
    console.warn = (text) => (warnings_.push(text), warn.call(console, text));
    console.warn.isRecorded = true;
  }
  return warnings_;
}

/** Accepts the next batch with this text. Its request fails when the page is left, without a response. */
export function cutOffNext(text) {
  responses.push({ text, status: 200, isCutOff: true });
}

export function respondNext(text, status, retryAfter) {
  responses.push({ text, status, retryAfter });
}

/** Accepts the next batch with this text, but rejects some of its spans. */
export function acceptNextPartially(text, rejectedSpans, errorMessage) {
  const message = new TextEncoder().encode(errorMessage);
  const partialSuccess = [0x08, rejectedSpans, 0x12, message.length, ...message];
  responses.push({ text, status: 200, body: new Uint8Array([0x0a, partialSuccess.length, ...partialSuccess]) });
}

export function exportEncoding() {
  return lastEncoding ?? undefined;
}

export function bodies() {
  return exports_;
}

export function keepaliveCount() {
  return keepaliveRequests;
}

export function headerOf(url, name) {
  return headers_.get(new URL(url, location.href).href)?.get(name) ?? undefined;
}

/** Returns when the requests to a URL were made, in order. */
export function requestTimesOf(url) {
  const { href } = new URL(url, location.href);
  return Float64Array.from(requestTimes.filter(([made]) => made === href).map(([, time]) => time));
}

/** Responds to the n-th request to a URL with the parameter `held`. */
export function release(url, index) {
  const { href } = new URL(url, location.href);
  held.filter(([made]) => made === href)[index][1]();
}

export function bodyCount() {
  return exports_.length;
}

export function truncateBodies(count) {
  exports_.length = count;
}

/** Searches the collected batches without decoding them, since a test may measure memory. */
export function hasArrived(text) {
  return exports_.some((body) => contains(body, text));
}

let dateNow;

/** Shifts the wall clock against the monotonic clock. 0 undoes it. */
export function shiftWallClock(milliseconds) {
  dateNow ??= Date.now;
  Date.now = () => dateNow.call(Date) + milliseconds;
}
