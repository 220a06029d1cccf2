// Stands between the browser and whoever observes its performance entries, so that a test can add
// some that no headless browser makes, such as those of a user's own clicks.

const observers = [];

export function pretendToMeasure() {
  globalThis.PerformanceObserver = class extends PerformanceObserver {
    constructor(told) {
      super(told);
      observers.push(told);
    }
  };
}

export function tell(entries) {
  for (const told of observers) told({ getEntries: () => entries });
}
