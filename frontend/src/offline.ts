/** Turns the service worker of the sheets on, or off again where the server no longer offers it. */
import { PAGES, SHEET } from "./kept";

/** The folder of the page: the sheets of returns, or the visits. */
const SCOPE = location.pathname.replace(/\d+\/$/, "");

export async function keepOffline(script: string | undefined): Promise<void> {
  // Plain http has no service workers; drafts work there as well.
  if (!("serviceWorker" in navigator)) return;
  try {
    if (!script) {
      await (await navigator.serviceWorker.getRegistration(SCOPE))?.unregister();
      return;
    }
    await navigator.serviceWorker.register(script, { scope: SCOPE });
    await navigator.serviceWorker.ready;
    if (!(await (await caches.open(PAGES)).match(location.pathname))) await seeAgain();
    document.documentElement.dataset.offline = "ready";
  } catch {
    // A browser that forbids it (private window): filing goes on without.
  }
}

/** The first visit came before the worker: it is told what to keep. */
async function seeAgain(): Promise<void> {
  if (!SHEET.test(location.pathname)) return;
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const assets = loaded.filter((name) => name.startsWith(`${location.origin}/static/`));
  const worker = (await navigator.serviceWorker.ready).active;
  worker?.postMessage({ page: location.pathname, assets });
}

/** At sign-out, and when a page is seen by nobody or by somebody else. */
export function forgetPages(): void {
  if ("caches" in window) void caches.delete(PAGES).catch(() => false);
}
