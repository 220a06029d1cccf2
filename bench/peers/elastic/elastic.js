// Elastic's agent for real user monitoring. It drops spans without duration and merges similar ones, so its spans cannot
// be measured like those of the others.

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
