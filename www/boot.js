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
