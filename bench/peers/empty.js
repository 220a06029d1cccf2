// No SDK: what a page costs by itself.

import { offer } from "./work.js";

offer("empty", async () => {});
