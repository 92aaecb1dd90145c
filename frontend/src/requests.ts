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

/**
 * Fetch this page again for its token; false when it shows the sign-in, or a
 * page drawn for another person: what stands here may not go out in their name.
 */
export async function renewToken(): Promise<boolean> {
  const page = await read(location.href);
  return takeToken(page) && page.body.dataset.actor === document.body.dataset.actor;
}

async function read(address: string): Promise<Document> {
  const answer = await fetch(address, { cache: "no-store", headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function takeToken(page: Document): boolean {
  const fresh = page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  const mine = meta("csrf-token");
  if (!fresh || !mine) return false;
  mine.content = fresh;
  document.querySelectorAll<HTMLInputElement>("input[name=csrfmiddlewaretoken]").forEach((input) => {
    input.value = fresh;
  });
  return true;
}

export function isSignIn(answer: Response): boolean {
  if (answer.status === 401) return true;
  return answer.redirected && new URL(answer.url).pathname === loginPath();
}

/** Ask for a sign-in over the page; what was typed stays. */
export function askForSignIn(): void {
  const dialog = document.getElementById("login-dialog") as HTMLDialogElement | null;
  if (!dialog || dialog.open) return;
  const place = dialog.querySelector("[data-place]");
  const fields = document.getElementById("login-fields") as HTMLTemplateElement | null;
  if (place && fields && !place.hasChildNodes()) {
    place.append(fields.content.cloneNode(true));
    place.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void signIn(event.target as HTMLFormElement, dialog);
    });
  }
  dialog.showModal();
}

async function signIn(form: HTMLFormElement, dialog: HTMLDialogElement): Promise<void> {
  const refusal = form.querySelector("[data-refusal]");
  const say = (words: string): void => {
    if (refusal) refusal.textContent = words;
  };
  say("");
  try {
    takeToken(await read(loginPath()));
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    await fetch(loginPath(), { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
    const page = await read(location.href);
    takeToken(page);
    const now = page.body.dataset.actor;
    if (!now) say("没有登录成功。请核对用户名和密码；需要验证码的，请在新窗口登录。");
    else if (now !== document.body.dataset.actor) say("登录的不是填这张表的人或职务。请用原来的账号和职务登录。");
    else {
      form.reset();
      dialog.close();
      window.dispatchEvent(new Event("gongjian:signed-in"));
    }
  } catch {
    say("网络不通，暂时不能登录。已填内容在本机，请稍后再试。");
  }
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
