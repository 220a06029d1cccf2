//! Scripts that observe a page from its start.

/// Records paints, long tasks and layout shifts.
pub(crate) const OBSERVE: &str = r#"
(() => {
  const seen = (globalThis.observed = { lcp: null, tasks: [], shift: 0, lastTask: 0 });
  const observe = (type, add) =>
    new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type, buffered: true });
  observe("largest-contentful-paint", (entry) => (seen.lcp = entry.startTime));
  observe("longtask", (entry) => {
    seen.tasks.push([entry.startTime, entry.duration]);
    seen.lastTask = entry.startTime + entry.duration;
  });
  observe("layout-shift", (entry) => (seen.shift += entry.hadRecentInput ? 0 : entry.value));
})()
"#;

/// Returns an expression that waits until the feed has `cruds` articles and there was no long task for two seconds,
/// and then returns the figures.
pub(crate) fn read(cruds: u32) -> String {
    format!(
        r#"
(async () => {{
  const seen = globalThis.observed;
  const frame = () => new Promise((next) => setTimeout(next, 20));
  const began = performance.now();
  const isLate = () => performance.now() - began > 60000;
  while (document.querySelectorAll("article").length < {cruds} && !isLate()) await frame();
  const feed_ms = performance.now();
  while (performance.now() - Math.max(seen.lastTask, feed_ms) < 2000 && !isLate()) await frame();
  const fcp = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  const code = performance.getEntriesByType("resource").filter(({{ name }}) => /\.(js|wasm)$/.test(name));
  const blocking = ([start, duration]) => (start < fcp ? 0 : Math.max(0, duration - 50));
  return {{
    fcp_ms: fcp,
    lcp_ms: isLate() ? null : seen.lcp,
    tbt_ms: seen.tasks.map(blocking).reduce((sum, time) => sum + time, 0),
    layout_shift: seen.shift,
    feed_ms,
    code_bytes: code.reduce((sum, entry) => sum + entry.encodedBodySize, 0),
    uncompressed: code.filter((entry) => entry.encodedBodySize >= entry.decodedBodySize).map(({{ name }}) => name),
  }};
}})()
"#
    )
}

/// Waits until the app shows a page, its feed is complete and there was no long task or layout shift for two seconds.
/// Evaluates to the layout shift, or to `null` after a minute.
pub(crate) const LAYOUT_SHIFT: &str = r#"
(async () => {
  const seen = globalThis.observed;
  const pause = () => new Promise((next) => setTimeout(next, 20));
  const isBusy = () => !document.querySelector("main[id=content] h1") || document.querySelector("[aria-busy], .skeleton");
  const began = performance.now();
  let since = began;
  let shift = 0;
  while (performance.now() - since < 2000) {
    if (performance.now() - began > 60000) return null;
    if (isBusy() || seen.shift !== shift) since = performance.now();
    shift = seen.shift;
    since = Math.max(since, seen.lastTask);
    await pause();
  }
  return shift;
})()
"#;
