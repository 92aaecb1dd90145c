/** Files that were chosen and have not arrived, kept in the browser until they have. */

export interface WaitingFile {
  key: string;
  /** The record and its part, as the server writes it in addresses. */
  place: string;
  /** Whose file it is: another person at this computer does not send it. */
  actor: string;
  name: string;
  file: Blob;
  at: number;
}

const DATABASE = "gongjian-evidence";
const STORE = "files";
/** Older ones are given up, as the server does. */
const KEPT_FOR = 2 * 24 * 60 * 60 * 1000;

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const database = await open();
    return await new Promise<T>((done, fail) => {
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  } catch {
    // A private window has no storage: the upload goes on while the page is open.
    return undefined;
  }
}

export const keep = (waiting: WaitingFile): Promise<unknown> => run("readwrite", (store) => store.put(waiting));

export const forget = (key: string): Promise<unknown> => run("readwrite", (store) => store.delete(key));

/** What this person still has to send for this place. */
export async function waitingFor(place: string, actor: string): Promise<WaitingFile[]> {
  const all = (await run<WaitingFile[]>("readonly", (store) => store.getAll())) ?? [];
  for (const old of all) if (old.at < Date.now() - KEPT_FOR) void forget(old.key);
  return all.filter((one) => one.place === place && one.actor === actor && one.at >= Date.now() - KEPT_FOR);
}
