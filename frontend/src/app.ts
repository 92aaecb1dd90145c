/** What every page loads: fragments, dialogs, submission, preferences, tree. */
import { htmx } from "./fragments";
import "./dialogs";
import "./preferences";
import "./submitting";
import "./tree";

// Levels fetched by the tree may carry htmx attributes of their own.
window.addEventListener("gongjian:added", (event) => {
  htmx.process((event as CustomEvent<HTMLElement>).detail);
});

document.querySelector<HTMLElement>("[data-focus]")?.focus();
