/** Short messages at the edge of the screen, some with an undo. */

export interface ToastAction {
  label: string;
  run: () => void;
}

export function toast(text: string, action?: ToastAction): void {
  const box = document.getElementById("toasts");
  if (!box) return;
  const note = document.createElement("div");
  note.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  note.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      action.run();
      note.remove();
    });
    note.append(button);
  }
  box.append(note);
  setTimeout(() => note.remove(), action ? 12_000 : 5_000);
}
