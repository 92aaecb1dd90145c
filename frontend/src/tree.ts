/**
 * The unit tree: real links and buttons, with the keys of an ARIA tree on top.
 *
 * Levels come from the server at the first opening, from the address in
 * data-children of the button.
 */
import { send } from "./requests";
import { toast } from "./toast";

class Tree extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => this.press(event));
    this.addEventListener("keydown", (event) => this.key(event));
  }

  private press(event: Event): void {
    const target = event.target as Element;
    const toggle = target.closest<HTMLButtonElement>(".tree-toggle");
    if (toggle?.matches("button")) {
      void this.open(toggle, toggle.getAttribute("aria-expanded") !== "true");
      return;
    }
    const name = target.closest<HTMLAnchorElement>(".tree-name[hx-get]");
    if (!name) return;
    this.querySelector(".tree-name[aria-current]")?.removeAttribute("aria-current");
    name.setAttribute("aria-current", "true");
  }

  private async open(toggle: HTMLButtonElement, wanted: boolean): Promise<void> {
    const node = toggle.closest<HTMLElement>(".tree-node");
    if (!node) return;
    if (wanted && !node.querySelector(":scope > .tree-level") && !(await this.load(toggle, node))) return;
    toggle.setAttribute("aria-expanded", String(wanted));
    node.classList.toggle("is-shut", !wanted);
  }

  private async load(toggle: HTMLButtonElement, node: HTMLElement): Promise<boolean> {
    const url = toggle.dataset.children;
    if (!url || toggle.getAttribute("aria-busy") === "true") return false;
    toggle.setAttribute("aria-busy", "true");
    try {
      const answer = await send(url, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const level = document.createElement("template");
      level.innerHTML = await answer.text();
      node.append(level.content);
      window.dispatchEvent(new CustomEvent("gongjian:added", { detail: node }));
      return true;
    } catch {
      toast("下级单位没有取到，请稍后再试。");
      return false;
    } finally {
      toggle.removeAttribute("aria-busy");
    }
  }

  private key(event: KeyboardEvent): void {
    const row = (event.target as Element).closest(".tree-row");
    const name = row?.querySelector<HTMLElement>(".tree-name");
    if (!row || !name) return;
    const names = [...this.querySelectorAll<HTMLElement>(".tree-name")].filter((item) => item.offsetParent);
    const place = names.indexOf(name);
    const toggle = row.querySelector<HTMLButtonElement>("button.tree-toggle");
    const isOpen = toggle?.getAttribute("aria-expanded") === "true";
    const go = (item: HTMLElement | null | undefined): void => {
      if (!item) return;
      event.preventDefault();
      item.focus();
    };
    switch (event.key) {
      case "ArrowDown":
        return go(names[place + 1]);
      case "ArrowUp":
        return go(names[place - 1]);
      case "Home":
        return go(names[0]);
      case "End":
        return go(names[names.length - 1]);
      case "ArrowRight":
        if (toggle && !isOpen) {
          event.preventDefault();
          void this.open(toggle, true);
        } else if (toggle) go(names[place + 1]);
        return;
      case "ArrowLeft":
        if (toggle && isOpen) {
          event.preventDefault();
          void this.open(toggle, false);
        } else go(this.parentName(name));
    }
  }

  private parentName(name: HTMLElement): HTMLElement | null {
    const level = name.closest(".tree-level");
    return level?.closest(".tree-node")?.querySelector<HTMLElement>(":scope > .tree-row > .tree-name") ?? null;
  }
}

customElements.define("gj-tree", Tree);
