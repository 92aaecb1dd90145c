/** Forms: confirmation, no second submission by a double click, drafts cleared at sign-out. */
import { confirmed } from "./dialogs";
import { clearDrafts } from "./drafts";

// Long enough for a slow answer; after it the person may try again.
const PATIENCE = 20_000;

const buttonsOf = (form: HTMLFormElement): HTMLButtonElement[] =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].filter(
    (button) => button.form === form && button.type === "submit",
  );

function release(form: HTMLFormElement): void {
  delete form.dataset.sent;
  for (const button of buttonsOf(form)) {
    button.removeAttribute("aria-disabled");
    delete button.dataset.busy;
  }
}

async function ask(form: HTMLFormElement, submitter: HTMLElement | null, question: string): Promise<void> {
  if (!(await confirmed(question))) return;
  form.dataset.agreed = "yes";
  if (submitter) submitter.click();
  else form.requestSubmit();
}

// In the capture phase, so that it stands before htmx.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target as HTMLFormElement;
    const submitter = event.submitter;
    const question = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question && form.dataset.agreed !== "yes") {
      event.preventDefault();
      event.stopImmediatePropagation();
      void ask(form, submitter, question);
      return;
    }
    delete form.dataset.agreed;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  true,
);

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method.toLowerCase() !== "post") return;
  if ("clearsDrafts" in form.dataset) clearDrafts();
  form.dataset.sent = "yes";
  for (const button of buttonsOf(form)) {
    // Not "disabled": a disabled button would take its own value out of the request.
    button.setAttribute("aria-disabled", "true");
    button.dataset.busy = "";
  }
  setTimeout(() => release(form), PATIENCE);
});

// A page taken out of the back/forward cache must be usable again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach(release);
});
