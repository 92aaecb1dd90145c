/**
 * The service worker of the filing pages: with a dead network the sheet still opens.
 *
 * Only sheets are kept, for one person at a time: the page itself names who it
 * was drawn for, and a page of somebody else takes all earlier ones away. Pages
 * come from the network whenever it answers. What is typed never comes here,
 * it is a draft of the page.
 */
import { ASSETS, KEPT_FOR, PAGES, SHEET } from "./kept";

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface MessageEvent extends WorkerEvent {
  data: { page: string; assets: string[] };
}

interface FetchEvent extends WorkerEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

// The DOM library of TypeScript does not know the worker's own scope.
const scope = self as unknown as {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(name: "install" | "activate", run: (event: WorkerEvent) => void): void;
  addEventListener(name: "fetch", run: (event: FetchEvent) => void): void;
  addEventListener(name: "message", run: (event: MessageEvent) => void): void;
};

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));

scope.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldBuilds().then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (SHEET.test(address.pathname)) event.respondWith(page(request, event));
  } else if (["style", "script", "font", "image"].includes(request.destination)) {
    event.respondWith(asset(request, event));
  }
});

// The visit that brought this worker was over before it could keep anything.
scope.addEventListener("message", (event) => {
  const { page: path, assets } = event.data;
  if (SHEET.test(path)) event.waitUntil(keepFirst(path, assets));
});

async function keepFirst(path: string, assets: string[]): Promise<void> {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  if (answer.ok && !answer.redirected) await keepPage(new Request(path), answer);
  await (await caches.open(ASSETS)).addAll(assets);
}

async function forgetOldBuilds(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("gongjian-assets:") && name !== ASSETS);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function page(request: Request, event: WorkerEvent): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch {
    return (await keptPage(request)) ?? Response.error();
  }
  if (answer.ok && !answer.redirected) event.waitUntil(keepPage(request, answer.clone()));
  // An answer of the server that is no sheet (a sign-in, a refusal) ends what was allowed before.
  else if (answer.redirected || answer.type === "opaqueredirect" || answer.status < 500)
    event.waitUntil(caches.delete(PAGES));
  return answer;
}

async function keepPage(request: Request, answer: Response): Promise<void> {
  const html = await answer.text();
  const person = /<body data-actor="([\w-]+)"/.exec(html)?.[1];
  if (!person) return;
  const first = await (await caches.open(PAGES)).match("/kept-for");
  if (first && (await first.text()) !== person) await caches.delete(PAGES);
  const cache = await caches.open(PAGES);
  const headers = { "Content-Type": "text/html; charset=utf-8", "X-Kept": String(Date.now()) };
  const policy = answer.headers.get("Content-Security-Policy");
  const kept = new Headers(policy ? { ...headers, "Content-Security-Policy": policy } : headers);
  await cache.put("/kept-for", new Response(person));
  await cache.put(new URL(request.url).pathname, new Response(html, { headers: kept }));
}

/** The sheet as last seen, unless its session would be over by now. */
async function keptPage(request: Request): Promise<Response | undefined> {
  const cache = await caches.open(PAGES);
  const found = await cache.match(new URL(request.url).pathname);
  const age = Date.now() - Number(found?.headers.get("X-Kept") ?? 0);
  return age < KEPT_FOR ? found : undefined;
}

async function asset(request: Request, event: WorkerEvent): Promise<Response> {
  const cache = await caches.open(ASSETS);
  try {
    const answer = await fetch(request);
    if (answer.ok) event.waitUntil(cache.put(request, answer.clone()));
    return answer;
  } catch {
    return (await cache.match(request, { ignoreVary: true })) ?? Response.error();
  }
}
