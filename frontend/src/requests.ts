/**
 * Requests that survive a renewed token and an expired sign-in.
 *
 * The token stands in the page's meta tag and nowhere else: bundles are
 * separate files and share no variables.
 */

export type Outcome = "signed-out" | "answered";

const meta = (name: string): HTMLMetaElement | null =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`);

export const csrfToken = (): string => meta("csrf-token")?.content ?? "";

export const loginPath = (): string => meta("login-url")?.content || "/accounts/login/";

/** Fetch this page again for its token; false when it shows the sign-in. */
export async function renewToken(): Promise<boolean> {
  const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  const mine = meta("csrf-token");
  if (!fresh || !mine) return false;
  mine.content = fresh;
  document.querySelectorAll<HTMLInputElement>("input[name=csrfmiddlewaretoken]").forEach((input) => {
    input.value = fresh;
  });
  return Boolean(page.body.dataset.actor);
}

export function isSignIn(answer: Response): boolean {
  if (answer.status === 401) return true;
  return answer.redirected && new URL(answer.url).pathname === loginPath();
}

/** Ask for a sign-in over the page; what was typed stays. */
export function askForSignIn(): void {
  const dialog = document.getElementById("login-dialog") as HTMLDialogElement | null;
  if (dialog && !dialog.open) dialog.showModal();
}

/**
 * Fetch with the token in the header. A 403 gets a fresh token and one more
 * try, since Django answers so after a new sign-in in another window.
 */
export async function send(url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const attempt = (): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("X-CSRFToken", csrfToken());
    return fetch(url, { ...init, headers });
  };
  let answer = await attempt();
  if (answer.status === 403 && !/^(GET|HEAD)$/i.test(init.method ?? "GET") && (await renewToken())) {
    answer = await attempt();
  }
  if (isSignIn(answer) || (answer.status === 403 && !document.body.dataset.actor)) askForSignIn();
  return answer;
}
