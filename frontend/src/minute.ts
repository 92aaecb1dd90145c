/**
 * The record of a meeting saves itself while it is typed.
 *
 * Each box carries the revision it began from; when another keeper was
 * quicker, both texts stay: theirs is shown below, ours stays in the box.
 * What the server does not have yet is kept on this machine, also over a closed tab.
 */

import { draftKey, loadDraft, storeDraft } from "./drafts";
import { csrfToken } from "./requests";

const PAUSE_MS = 900;

interface Answer {
  revision: number;
  error?: string;
  text?: string;
}

function keep(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLTextAreaElement>("textarea");
  const revision = form.querySelector<HTMLInputElement>("input[name=revision]");
  const state = form.querySelector<HTMLElement>("[data-minute-state]");
  if (!box || !revision || !state) return;
  let timer = 0;
  let saved = box.value;
  let sending = false;
  const key = draftKey(form.action);

  function remember(): void {
    if (!box || !revision) return;
    const differs = box.value !== saved;
    const values = { text: box.value };
    const draft = { revision: Number(revision.value), values, bases: { text: saved }, confirmed: {} };
    storeDraft(key, differs ? draft : null);
  }

  async function send(): Promise<void> {
    if (!box || !revision || !state || sending || box.value === saved) return;
    sending = true;
    const text = box.value;
    state.textContent = "正在保存……";
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
        body: new URLSearchParams({ text, revision: revision.value }),
      });
      const told = (await answer.json()) as Answer;
      if (answer.ok) {
        revision.value = String(told.revision);
        saved = text;
        state.textContent = "已保存";
        remember();
      } else if (answer.status === 409) {
        revision.value = String(told.revision);
        saved = told.text ?? "";
        showTheirs(form, told);
        state.textContent = told.error ?? "";
        remember();
        return;
      } else {
        state.textContent = "没有保存，请刷新页面后再试。";
      }
    } catch {
      state.textContent = "网络不通，内容还在框里，恢复后会自动保存。";
      timer = window.setTimeout(send, PAUSE_MS * 5);
    } finally {
      sending = false;
    }
    if (box.value !== text) schedule();
  }

  function schedule(): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(send, PAUSE_MS);
  }

  const draft = loadDraft(key);
  const kept = draft?.values.text;
  if (draft && kept !== undefined && kept !== box.value) {
    // Typed here and never stored; what another keeper stored since is shown beside it.
    if (draft.bases.text !== box.value) showTheirs(form, { revision: 0, text: box.value });
    box.value = kept;
    state.textContent = "已恢复这台电脑上没有保存的内容。";
    schedule();
  }
  box.addEventListener("input", () => {
    remember();
    schedule();
  });
  form.addEventListener("click", (event) => {
    const phrase = (event.target as HTMLElement).closest<HTMLElement>("[data-phrase]")?.dataset.phrase;
    if (!phrase) return;
    box.value += (box.value && !box.value.endsWith("\n") ? "\n" : "") + phrase;
    box.focus();
    remember();
    schedule();
  });
}

function showTheirs(form: HTMLFormElement, told: Answer): void {
  form.querySelector("[data-minute-theirs]")?.remove();
  const shown = document.createElement("div");
  shown.className = "alert is-warn";
  shown.dataset.minuteTheirs = "";
  const text = document.createElement("p");
  text.textContent = `对方保存的内容：${told.text ?? ""}`;
  shown.append(text);
  form.append(shown);
}

document.querySelectorAll<HTMLFormElement>("form[data-minute]").forEach(keep);
