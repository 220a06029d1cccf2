// Intercepts performance observers, so that tests can report entries that a headless browser does not
// produce, such as those of a user's clicks.

const callbacks = [];

export function interceptObservers() {
  globalThis.PerformanceObserver = class extends PerformanceObserver {
    constructor(callback) {
      super(callback);
      callbacks.push(callback);
    }
  };
}

export function reportEntries(entries) {
  for (const callback of callbacks) callback({ getEntries: () => entries });
}
