/** htmx and all names of its events; no other file knows them. */
import htmx from "htmx.org";
import { askForSignIn, csrfToken, isSignIn, send } from "./requests";
import { confirmed } from "./dialogs";
import { toast } from "./toast";

interface Exchange {
  request: { method: string; headers: Record<string, string>; body?: FormData | null };
  response?: { status: number; raw: Response };
  confirm?: string;
  fetch?: typeof fetch;
}

type ExchangeEvent = CustomEvent<{
  ctx: Exchange;
  issueRequest?: () => void;
  dropRequest?: () => void;
}>;

const listen = (name: string, handle: (event: ExchangeEvent) => void): void =>
  document.addEventListener(name, (event) => handle(event as ExchangeEvent));

listen("htmx:config:request", ({ detail: { ctx } }) => {
  if (/^(GET|HEAD)$/i.test(ctx.request.method)) return;
  // Django reads the field before the header, so an old field would defeat a fresh header.
  ctx.request.body?.delete("csrfmiddlewaretoken");
  ctx.request.headers["X-CSRFToken"] = csrfToken();
  ctx.fetch = send;
});

// The sign-in page must not land inside a list.
listen("htmx:before:response", (event) => {
  const answer = event.detail.ctx.response?.raw;
  if (!answer || !isSignIn(answer)) return;
  event.preventDefault();
  askForSignIn();
});

listen("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  void confirmed(ctx.confirm ?? "").then((yes) => (yes ? issueRequest : dropRequest)?.());
});

// A failed answer must be seen, never swallowed.
listen("htmx:response:error", ({ detail: { ctx } }) => {
  if ((ctx.response?.status ?? 0) >= 500) toast("操作没有成功，请稍后再试。");
});
listen("htmx:error", () => toast("没有连上服务器，请检查网络后再试。"));

export { htmx };
