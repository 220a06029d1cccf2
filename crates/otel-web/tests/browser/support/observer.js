// Intercepts performance observers, so that tests can report entries that a headless browser does not
// produce, such as those of a user's clicks.

const callbacks = [];
const { PerformanceObserver } = globalThis;
const LONG_FRAME = "long-animation-frame";

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

export function nextLongFrame(minDuration) {
  if (!PerformanceObserver.supportedEntryTypes.includes(LONG_FRAME)) return Promise.resolve();
  return new Promise((resolve) => {
    const isLong = (entry) => entry.duration >= minDuration;
    new PerformanceObserver((list) => list.getEntries().some(isLong) && resolve()).observe({ type: LONG_FRAME });
  });
}
