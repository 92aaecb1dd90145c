/** Drawer, dialogs, menus and printing; everything by attributes of the markup. */

/** Ask in the product's own dialog; falls back to the browser's. */
export function confirmed(question: string): Promise<boolean> {
  const dialog = document.getElementById("confirm-dialog") as HTMLDialogElement | null;
  if (!dialog?.showModal) return Promise.resolve(window.confirm(question));
  const text = dialog.querySelector("#confirm-text");
  if (text) text.textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>("[data-open]");
  if (opener) (document.getElementById(opener.dataset.open ?? "") as HTMLDialogElement | null)?.showModal();
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  if (target.closest("[data-confirmed]")) target.closest("dialog")?.close("yes");
  if (target.closest("[data-print]")) window.print();
  // A press beside the drawer closes it.
  if (target.matches("dialog.drawer")) (target as HTMLDialogElement).close();
  document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector<HTMLDetailsElement>("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
});
