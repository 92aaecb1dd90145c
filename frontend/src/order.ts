/**
 * A list put in order by dragging, on form[data-order].
 *
 * Each row holds a hidden input; dropping a row sends the form with the rows as
 * they stand. Whoever does not drag uses the buttons of the row.
 */

function rowOf(target: EventTarget | null): HTMLLIElement | null {
  return target instanceof Element ? target.closest<HTMLLIElement>("li[draggable]") : null;
}

function makeOrderly(form: HTMLFormElement): void {
  let dragged: HTMLLIElement | null = null;
  let before = "";
  const order = (): string => new FormData(form).getAll("items").join(",");

  form.addEventListener("dragstart", (event) => {
    dragged = rowOf(event.target);
    if (!dragged) return;
    before = order();
    dragged.classList.add("is-dragged");
    // Firefox drags nothing that carries no data.
    event.dataTransfer?.setData("text/plain", "");
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  });
  form.addEventListener("dragover", (event) => {
    const over = rowOf(event.target);
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const middle = over.getBoundingClientRect().top + over.offsetHeight / 2;
    over.insertAdjacentElement(event.clientY < middle ? "beforebegin" : "afterend", dragged);
  });
  form.addEventListener("drop", (event) => event.preventDefault());
  form.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    if (order() !== before) form.requestSubmit();
  });
}

document.querySelectorAll<HTMLFormElement>("form[data-order]").forEach(makeOrderly);
