/**
 * Drafts of a form on this machine.
 *
 * localStorage is synchronous, works on plain http, and a return is under a
 * kilobyte. The key holds person, post and form: two people share a computer.
 */

const PREFIX = "gongjian:draft:";

export interface Draft {
  revision: number;
  at: number;
  values: Record<string, string>;
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

/** Store the values, or take the draft away when there are none; false when the browser refuses. */
export function storeDraft(key: string, revision: number, values: Record<string, string>): boolean {
  try {
    if (Object.keys(values).length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ revision, at: Date.now(), values } satisfies Draft));
    return true;
  } catch {
    return false;
  }
}

export function clearDrafts(): void {
  try {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .forEach((key) => localStorage.removeItem(key));
  } catch {
    // Private mode: there was nothing stored.
  }
}
