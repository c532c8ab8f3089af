// Where sealed ballots lie until they are delivered: one object store of
// IndexedDB. The connection to it stays open, for a browser that clears the
// shelf, or loses its store, tells so by closing the connection.

import type { Ballot } from "./ballot";

const name = "folgmed";
const store = "ballots";
const patience = 2_000; // ms; a store that takes longer, as some do that never answer, is none

// A browser clears one thing after another; what is put back between two of them
// is cleared away too. This long after the first it is done, in ms.
export const settled = 1_000;

let connection: Promise<IDBDatabase> | undefined;
const listeners: (() => void)[] = [];

// whenCleared tells its listener that nothing lies on the shelf any more.
export const whenCleared = (listener: () => void) => listeners.push(listener);

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath: "mark" });
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = () => {
        connection = undefined;
        for (const cleared of listeners) cleared();
      };
      database.onversionchange = () => {
        connection = undefined;
        database.close(); // a later version of the app, in another tab, is not to wait
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error ?? new Error("no storage"));
  });
}

// within gives up a step that does not end; the next one opens the shelf anew.
async function within<T>(mode: IDBTransactionMode, step: (ballots: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const here = (connection ??= opened());
  let timer: number | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error("storage does not answer")), patience);
      here
        .then((database) => {
          // Strict: on the disk, not only on its way there, when it is said to be.
          const transaction = database.transaction(store, mode, { durability: "strict" });
          const request = step(transaction.objectStore(store));
          transaction.oncomplete = () => resolve(request.result);
          transaction.onabort = () => reject(transaction.error ?? new Error("no storage"));
        })
        .catch(reject);
    });
  } catch (error) {
    if (connection === here) connection = undefined;
    void here.then((database) => database.close(), () => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export const put = (ballot: Ballot) => within("readwrite", (ballots) => ballots.put(ballot));
export const get = (mark: string) => within<Ballot | undefined>("readonly", (ballots) => ballots.get(mark));
export const all = () => within<Ballot[]>("readonly", (ballots) => ballots.getAll());
export const remove = (mark: string) => within<undefined>("readwrite", (ballots) => ballots.delete(mark));
