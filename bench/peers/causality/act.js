// The work of an action after its click: the same as in bench/causality-page/src/act.rs.

import { trace } from "@opentelemetry/api";

let pieces = 0;

export const done = () => pieces;

export function pieceDone() {
  pieces += 1;
}

/** Makes a span, of which only the trace matters. */
export function mark(what, number) {
  trace.getTracer("app").startSpan(`m.${what} ${number}`).end();
}

export const pause = (milliseconds) => new Promise((later) => setTimeout(later, milliseconds));

export const load = (what, number) => fetch(path(what, number));

const path = (what, number) => `/otlp/m/${what}/${number}`;

export async function act(number) {
  await pause(number % 7);
  mark("timer", number);
  await Promise.all([load("one", number), load("other", number)]);
  mark("joined", number);
  outer(number);
  await abort(number);
  mark("aborted", number);
  pieceDone();
}

async function outer(number) {
  await pause(1);
  inner(number);
}

async function inner(number) {
  await pause(number % 3);
  mark("nested", number);
  pieceDone();
}

/** Sends a request and aborts it before its response. */
async function abort(number) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), number % 5);
  await fetch(path("slow", number), { signal: controller.signal }).catch(() => {});
}
