// Sets the theme before the first paint: the user's choice, or the system's preference.
// `src/hooks/use_theme.rs` stores the choice, and dispatches the event that a change in another tab dispatches.
{
  const light = matchMedia("(prefers-color-scheme: light)");
  const choice = () => {
    try {
      return localStorage.getItem("cruddur.theme");
    } catch {
      // Storage is not available.
      return null;
    }
  };
  const apply = () => {
    document.documentElement.dataset.theme = choice() ?? (light.matches ? "light" : "dark");
  };
  light.addEventListener("change", apply);
  addEventListener("storage", apply);
  apply();
}
// Shows placeholders of cruds while the app loads, on pages with a feed, or a message if it cannot be loaded: see
// `data-start` in feed.css. The app replaces both when it runs.
{
  const { dataset } = document.documentElement;
  const hasFeed = /^\/($|@|notifications|search)/.test(location.pathname);
  dataset.start = hasFeed ? "feed" : "other";
  const fail = () => {
    dataset.start = "failed";
  };
  // In the capture phase, because the event of a script that cannot be loaded does not bubble.
  addEventListener("error", fail, true);
  addEventListener("unhandledrejection", fail);
}
