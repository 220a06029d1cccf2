// The page of bench/causality-page in JavaScript, with Preact, and with OpenTelemetry set up as in its documentation.

import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { h, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { setUp } from "../otel-js/set-up.js";
import { act, done, load, mark, pause, pieceDone } from "./act.js";

function App() {
  const [shown, show] = useState();
  return [
    h("main", null, shown !== undefined && h(Page, { key: shown, number: shown })),
    ...Array.from({ length: 50 }, (_, number) => h(Like, { key: number, number, show })),
  ];
}

function Like({ number, show }) {
  const [liked, setLiked] = useState(false);
  const onClick = async () => {
    mark("handler", number);
    await act(number);
    if (number % 15 === 10) {
      history.pushState(null, "", `?page=${number}`);
      show(number);
    }
    setLiked(true);
  };
  useEffect(() => {
    if (liked) afterLike(number);
  }, [liked]);
  return h("button", { onClick }, `Like ${number}`);
}

async function afterLike(number) {
  mark("effect", number);
  await load("effect", number);
  await pause(number % 4);
  mark("loaded", number);
  pieceDone();
}

function Page({ number }) {
  useEffect(() => {
    loadPage(number);
  }, [number]);
  return h("h1", null, `Page ${number}`);
}

async function loadPage(number) {
  mark("page", number);
  await load("page", number);
  mark("shown", number);
  pieceDone();
}

globalThis.app = {
  done,
  async start({ endpoint }) {
    setUp(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }));
    render(h(App), document.body);
  },
};
