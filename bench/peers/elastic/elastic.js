// Elastic's agent for real users. It sends nothing of a span that took no time, and one span for several alike,
// so what its spans cost cannot be measured as the others' are.

import { init as start } from "@elastic/apm-rum";
import { offer, ratio } from "../work.js";

const init = async ({ endpoint }) => {
  start({
    serviceName: "bench",
    serverUrl: new URL(endpoint, location.origin).href,
    serverUrlPrefix: "/v1/intake",
    transactionSampleRate: ratio,
  });
};

offer("elastic", init);
