// Stands in for the network of the page under test. Exports are kept and answered as the test asks;
// anything else is answered after the milliseconds its `wait` parameter says. With a parameter
// `real` a request goes to the server of these tests, so that the browser measures it.

const exports_ = [];
const answers = [];
const headers_ = new Map();
const starts_ = [];
let keepalive = 0;
let lastEncoding;

export function listen() {
  const fetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    starts_.push([url.href, performance.now()]);
    if (request.keepalive && isKeepaliveUsedUp) return refused();
    if (url.searchParams.has("real")) return fetch(request);
    if (url.pathname === "/otlp/v1/traces") return collect(request, init);
    headers_.set(url.href, request.headers);
    await new Promise((done, aborted) => {
      setTimeout(done, Number(url.searchParams.get("wait") ?? 0));
      const abort = () => aborted(request.signal.reason);
      request.signal.aborted ? abort() : request.signal.addEventListener("abort", abort);
    });
    const body = url.searchParams.has("echo") ? await request.arrayBuffer() : "{}";
    return new Response(body, { status: Number(url.searchParams.get("status") ?? 200) });
  };
}

async function collect(request, init) {
  if (init.keepalive) keepalive += 1;
  lastEncoding = request.headers.get("content-encoding");
  const answer = answers.shift() ?? { status: 200 };
  if (answer.isRedirect) return redirected(request);
  const isTaken = answer.status === 200 && !answer.isFromElsewhere;
  if (isTaken) exports_.push(await decoded(request));
  if (answer.isCutOff) await pageIsLeft();
  const headers = answer.retryAfter ? { "retry-after": answer.retryAfter } : {};
  if (answer.contentType) headers["content-type"] = answer.contentType;
  return new Response(answer.body ?? null, { status: answer.status, headers });
}

async function decoded(request) {
  const isGzipped = request.headers.get("content-encoding") === "gzip";
  // By way of a response: Firefox has no `Request.body`.
  const { body } = new Response(await request.arrayBuffer());
  const plain = isGzipped ? body.pipeThrough(new DecompressionStream("gzip")) : body;
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

/** As Chromium does it: what is in flight fails as the page sees it, and arrives. */
function pageIsLeft() {
  const failure = new TypeError("Failed to fetch");
  return new Promise((_, fail) => addEventListener("pagehide", () => fail(failure), { once: true }));
}

let isKeepaliveUsedUp = false;

/** Whether the page has as many keepalive requests of its own under way as browsers allow. */
export function useUpKeepalive(yes) {
  isKeepaliveUsedUp = yes;
}

/** As Chromium does it: a moment later, in a task of its own. */
function refused() {
  return new Promise((_, fail) => setTimeout(() => fail(new TypeError("Failed to fetch")), 1));
}

/** As browsers do it: a redirect to a login page is followed, kept from the page, or an error. */
function redirected(request) {
  if (request.redirect === "error") throw new TypeError("Failed to fetch");
  if (request.redirect === "manual")
    return { type: "opaqueredirect", status: 0, headers: new Headers(), arrayBuffer: async () => new ArrayBuffer() };
  return new Response("<h1>Sign in</h1>", { status: 200, headers: { "content-type": "text/html" } });
}

/** The next export request is redirected. */
export function redirectNext() {
  answers.push({ isRedirect: true });
}

/** The next export request is answered with 200 by something that is not an OTLP receiver. */
export function answerNextFromElsewhere(contentType, body) {
  answers.push({ status: 200, isFromElsewhere: true, contentType, body });
}

const warnings_ = [];

/** What has been written to the console as a warning since this was called first. */
export function warnings() {
  if (!console.warn.isKept) {
    const { warn } = console;
    console.warn = (text) => (warnings_.push(text), warn.call(console, text));
    console.warn.isKept = true;
  }
  return warnings_;
}

/** A batch that arrives, and whose answer does not before the page is left. */
export function cutOffNext() {
  answers.push({ status: 200, isCutOff: true });
}

export function answerNext(status, retryAfter) {
  answers.push({ status, retryAfter });
}

/** An answer that takes the batch but for some of its spans. */
export function acceptNextBut(rejected, why) {
  const message = new TextEncoder().encode(why);
  const partial = [0x08, rejected, 0x12, message.length, ...message];
  answers.push({ status: 200, body: new Uint8Array([0x0a, partial.length, ...partial]) });
}

export function exportEncoding() {
  return lastEncoding ?? undefined;
}

export function bodies() {
  return exports_;
}

export function keepaliveCount() {
  return keepalive;
}

export function headerOf(url, name) {
  return headers_.get(new URL(url, location.href).href)?.get(name) ?? undefined;
}

/** When the requests to a URL were made, in that order. */
export function startsOf(url) {
  const { href } = new URL(url, location.href);
  return Float64Array.from(starts_.filter(([made]) => made === href).map(([, at]) => at));
}

export function bodyCount() {
  return exports_.length;
}

export function forgetBodiesAfter(count) {
  exports_.length = count;
}

/** Without decoding, which would take memory that a test may be about. */
export function hasArrived(text) {
  const latin1 = new TextDecoder("latin1");
  return exports_.some((body) => latin1.decode(body).includes(text));
}

let dateNow;

/** The date goes so far ahead of what the monotonic clock knows; 0 for no sleep. */
export function wakeAfter(milliseconds) {
  dateNow ??= Date.now;
  Date.now = () => dateNow.call(Date) + milliseconds;
}
