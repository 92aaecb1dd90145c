/**
 * The record of a meeting saves itself while it is typed.
 *
 * Each box carries the revision it began from; when another keeper was
 * quicker, both texts stay: theirs is shown below, ours stays in the box.
 */

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
      } else if (answer.status === 409) {
        revision.value = String(told.revision);
        saved = told.text ?? "";
        showTheirs(form, told);
        state.textContent = told.error ?? "";
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

  box.addEventListener("input", schedule);
  form.addEventListener("click", (event) => {
    const phrase = (event.target as HTMLElement).closest<HTMLElement>("[data-phrase]")?.dataset.phrase;
    if (!phrase) return;
    box.value += (box.value && !box.value.endsWith("\n") ? "\n" : "") + phrase;
    box.focus();
    schedule();
  });
}

function showTheirs(form: HTMLFormElement, told: Answer): void {
  form.querySelector("[data-minute-theirs]")?.remove();
  const shown = document.createElement("div");
  shown.className = "alert warn";
  shown.dataset.minuteTheirs = "";
  const text = document.createElement("p");
  text.textContent = `对方保存的内容：${told.text ?? ""}`;
  shown.append(text);
  form.append(shown);
}

document.querySelectorAll<HTMLFormElement>("form[data-minute]").forEach(keep);
