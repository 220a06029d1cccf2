// A page without an SDK.

import { offer } from "./work.js";

offer("empty", async () => {});
