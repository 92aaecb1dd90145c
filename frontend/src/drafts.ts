/**
 * Drafts of a form on this machine.
 *
 * localStorage is synchronous, works on plain http, and a return is under a
 * kilobyte. The key holds person, post and form: two people share a computer.
 */

import { forgetPages } from "./offline";

const PREFIX = "gongjian:draft:";

export interface Draft {
  revision: number;
  at: number;
  values: Record<string, string>;
  /** What the server held below each value when it was typed. */
  bases: Record<string, string>;
  /** What the server confirmed since the page was drawn: a kept page may be older than that. */
  confirmed: Record<string, string>;
}

export const draftKey = (form: string): string =>
  `${PREFIX}${document.body.dataset.actor ?? "nobody"}:${form}`;

export function loadDraft(key: string): Draft | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

/** Store the draft, or take it away when there is nothing in it; false when the browser refuses. */
export function storeDraft(key: string, draft: Omit<Draft, "at"> | null): boolean {
  try {
    if (!draft) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() } satisfies Draft));
    return true;
  } catch {
    return false;
  }
}

export function clearDrafts(): void {
  forgetPages();
  try {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .forEach((key) => localStorage.removeItem(key));
  } catch {
    // Private mode: there was nothing stored.
  }
}
