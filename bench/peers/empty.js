// No SDK: what a page costs by itself.

globalThis.sdk = { name: "empty", init: async () => {} };
