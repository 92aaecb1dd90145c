/** Dark display and large type, kept in cookies so that the server writes them into the page. */

const YEAR = 365 * 24 * 60 * 60;

function remember(name: string, value: string): void {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

class Preferences extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", this);
  }

  handleEvent(event: Event): void {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-preference]");
    if (button?.dataset.preference === "size") this.switchSize(button);
    else if (button) this.switchTheme();
  }

  private switchSize(button: HTMLButtonElement): void {
    const root = document.documentElement;
    const large = root.dataset.size !== "large";
    root.dataset.size = large ? "large" : "normal";
    button.setAttribute("aria-pressed", String(large));
    remember("size", root.dataset.size);
    document.dispatchEvent(new Event("gongjian:look"));
  }

  private switchTheme(): void {
    const root = document.documentElement;
    const dark =
      root.dataset.theme === "dark" ||
      (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = dark ? "light" : "dark";
    remember("theme", root.dataset.theme);
    document.dispatchEvent(new Event("gongjian:look"));
  }
}

customElements.define("gj-preferences", Preferences);
