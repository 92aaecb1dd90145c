/**
 * <gj-board data-total="6000" data-places="0">: the allocation board.
 *
 * Inputs are marked data-share; data-base and data-measure carry the weights,
 * data-fixed keeps a row out of the distribution. The sum must meet the total
 * before buttons marked data-needs-balance may be pressed.
 */
import { allocate } from "./allocate";
import "./divisions";
import { Grid } from "./grid";
import { figure, grouped } from "./numbers";
import { toast } from "./toast";

type Way = "equal" | "base" | "measure";

class Board extends HTMLElement {
  private get inputs(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("input[data-share]")];
  }

  private get total(): number {
    return figure(this.dataset.total ?? "") ?? 0;
  }

  private get places(): number {
    return Number(this.dataset.places ?? 0);
  }

  connectedCallback(): void {
    new Grid(this, { cells: () => this.inputs, changed: () => this.refresh() });
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-distribute]");
      if (button) this.distribute(button.dataset.distribute as Way);
    });
    this.refresh();
  }

  private distribute(way: Way): void {
    const open = this.inputs.filter((input) => !("fixed" in input.dataset) && !input.readOnly);
    const kept = this.inputs.filter((input) => !open.includes(input));
    const weights = open.map((input) => (way === "equal" ? 1 : (figure(input.dataset[way] ?? "") ?? 0)));
    if (!weights.some((weight) => weight > 0)) {
      toast("这些单位没有可以依据的数据，请改用平均分配或逐个填写。");
      return;
    }
    const before = open.map((input) => input.value);
    const rest = this.total - kept.reduce((sum, input) => sum + (figure(input.value) ?? 0), 0);
    const shares = allocate(Math.max(0, rest), weights, this.places);
    open.forEach((input, place) => {
      input.value = String(shares[place]);
    });
    this.refresh();
    toast("已分配，确认无误后再保存。", {
      label: "撤销",
      run: () => {
        open.forEach((input, place) => {
          input.value = before[place] ?? "";
        });
        this.refresh();
      },
    });
  }

  private refresh(): void {
    const scale = 10 ** this.places;
    const values = this.inputs.map((input) => figure(input.value) ?? 0);
    // Summed in whole pieces, since 0.1 + 0.2 would never equal 0.3.
    const sum = values.reduce((so_far, value) => so_far + Math.round(value * scale), 0) / scale;
    const gap = Math.round((this.total - sum) * scale) / scale;
    this.dataset.balanced = String(gap === 0);
    this.write("[data-board-sum]", grouped(sum, this.places));
    this.write("[data-board-gap]", gap === 0 ? "正好相等" : gap > 0 ? `还差 ${grouped(gap)}` : `超出 ${grouped(-gap)}`);
    const mark = this.querySelector("[data-board-gap]");
    mark?.classList.toggle("is-equal", gap === 0);
    mark?.classList.toggle("is-open", gap !== 0);
    const excess = gap < 0 && this.total ? (-gap / this.total) * 100 : 0;
    this.write("[data-board-excess]", excess ? `＋${excess.toFixed(1)}%` : "0%");
    this.querySelector("[data-board-excess]")?.classList.toggle("is-over", excess > 0);
    const bar = this.querySelector<HTMLElement>("[data-board-bar] i");
    if (bar) bar.style.width = `${Math.min(100, this.total ? (sum / this.total) * 100 : 0)}%`;
    this.querySelectorAll<HTMLButtonElement>("[data-needs-balance]").forEach((button) => {
      button.disabled = gap !== 0;
    });
    this.inputs.forEach((input, place) => this.refreshRow(input, values[place] ?? 0));
  }

  private refreshRow(input: HTMLInputElement, value: number): void {
    const typed = input.value.trim();
    const wrong = typed !== "" && (figure(typed) === null || value < 0);
    if (wrong) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    const share = input.closest(".board-row")?.querySelector("[data-board-share]");
    if (share) share.textContent = this.total && typed ? `${((value / this.total) * 100).toFixed(1)}%` : "—";
  }

  private write(selector: string, text: string): void {
    const place = this.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }
}

customElements.define("gj-board", Board);
